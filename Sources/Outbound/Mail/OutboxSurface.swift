internal import Auth
internal import Core
public import Gateway
public import HTTPTypes
internal import HummingbirdCore
internal import Tokens

/// Shows the outbox: a page for people at `/`, and `GET /messages`, `GET /messages/:id`, `DELETE /messages` for tests.
///
/// It is for programs and people on this machine and for holders of a secret key. Pages of other sites are refused even
/// on this machine, since what is in the outbox opens accounts.
public struct OutboxSurface: Surface {
    public let name = "outbox"
    private let outbox: Outbox

    public init(_ outbox: Outbox) { self.outbox = outbox }

    public var routes: RouteTable {
        var table = RouteTable()
        let outbox = outbox
        table.on(.get, "/") { request in
            try OutboxSurface.check(request)
            return OutboxPage.list(outbox.entries)
        }
        table.on(.get, "/style.css") { request in
            try OutboxSurface.check(request)
            return OutboxPage.style
        }
        table.on(.get, "/messages") { request in
            try OutboxSurface.check(request)
            let entries = outbox.entries.filter { entry in
                request.query["to"].map { $0.lowercased() == entry.message.recipient.lowercased() } ?? true
            }
            return .json(["messages": .array(entries.map(\.json))], headers: [.cacheControl: "no-store"])
        }
        table.on(.get, "/messages/:id") { request in
            let entry = try OutboxSurface.entry(request, outbox)
            return .json(entry.json, headers: [.cacheControl: "no-store"])
        }
        table.on(.get, "/messages/:id/html") { request in
            OutboxPage.mail(try OutboxSurface.entry(request, outbox))
        }
        table.on(.delete, "/messages") { request in
            try OutboxSurface.check(request)
            outbox.clear()
            return .empty(.noContent)
        }
        return table
    }

    /// The surface judges by itself: a person at the machine has no key at hand.
    public func keyRequirement(method: HTTPRequest.Method, path: String) -> KeyRequirement { .none }

    public func render(_ error: any Error, for request: GatewayRequest) -> RenderedError {
        switch error {
        case OutboxRefusal.notHere:
            RenderedError(
                .json(
                    ["message": "The outbox is open to this machine and to holders of a secret key"],
                    status: .forbidden))
        case RoutingError.methodNotAllowed:
            RenderedError(.json(["message": "Method Not Allowed"], status: .methodNotAllowed))
        case OutboxRefusal.notFound, is RoutingError: RenderedError(.json(["message": "Not Found"], status: .notFound))
        default:
            RenderedError(
                .json(["message": "Internal Server Error"], status: .internalServerError), cause: "\(type(of: error))")
        }
    }

    private static func entry(_ request: GatewayRequest, _ outbox: Outbox) throws -> Outbox.Entry {
        try check(request)
        guard let entry = outbox.entry(request.parameter("id")) else { throw OutboxRefusal.notFound }
        return entry
    }

    private static func check(_ request: GatewayRequest) throws(OutboxRefusal) {
        if request.credentials.key == .service { return }
        guard isLoopback(request.clientAddress) else { throw .notHere }
        // A name that another site points at this machine makes its pages this origin's; their host tells.
        guard let authority = request.authority, isLocalHost(authority) else { throw .notHere }
        // Every browser says where a request comes from that a page of another site makes.
        if let site = request.headers[.secFetchSite], !["same-origin", "none"].contains(site) { throw .notHere }
        if let origin = request.headers[.origin], !isSame(origin, authority) { throw .notHere }
    }

    private static func isLoopback(_ address: String) -> Bool {
        loopback.contains { $0?.contains(address) == true }
    }

    private static let loopback = [Network("127.0.0.0/8"), Network("::1")]

    private static func isLocalHost(_ authority: String) -> Bool {
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        return ["localhost", "127.0.0.1", "[::1]"].contains(host.lowercased())
    }

    private static func isSame(_ origin: String, _ authority: String) -> Bool {
        ["http://", "https://"].contains { origin.lowercased() == $0 + authority.lowercased() }
    }
}

private enum OutboxRefusal: Error {
    case notHere
    case notFound
}

extension HTTPField.Name {
    fileprivate static let secFetchSite = known("sec-fetch-site")

    /// A name known to be legal when the program is written.
    static func known(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is no field name") }
        return name
    }
}
