internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres

/// `GET /admin/users` and `GET /admin/users/{id}` (contract, section 6.12).
extension Endpoints {
    func listUsers(_ request: GatewayRequest, by admin: AdminBearer) async throws -> Response {
        let page = try UserPage(request.query)
        let audience = configuration.audience
        let results = try await database.run(
            .serviceItself,
            AdminStatements.list(
                audience: audience, filter: page.filter, isAscending: page.isAscending, limit: page.size,
                offset: (page.number - 1) * page.size))
        let users = try results[0].rows.map { row in try User(row).listedJSON }
        let total = try results[1].first?.int(0) ?? 0
        return .json(
            ["users": .array(users), "aud": .string(audience)],
            headers: [.totalCount: String(total), .link: page.link(total: total)])
    }

    func readUser(_ request: GatewayRequest, by admin: AdminBearer) async throws -> Response {
        .json(try await storedUser(try userID(request)).json)
    }

    /// The path's user id. Throws `.invalidPathID`.
    func userID(_ request: GatewayRequest) throws(AuthError) -> String {
        guard let id = UUIDText.canonical(request.parameter("user_id")) else { throw .invalidPathID(name: "user_id") }
        return id
    }

    /// Throws `.userNotFound`.
    func storedUser(_ id: String) async throws -> User {
        guard let row = try await database.run(UserStatements.find(id: id)).first else { throw AuthError.userNotFound }
        return try User(row)
    }
}

/// Which users a list asks for.
struct UserPage: Sendable, Hashable {
    var number: Int
    var size: Int
    var filter: String?
    var isAscending: Bool

    /// Throws `.invalid` for pages that are no numbers and sorting by anything but the time of creation.
    init(_ query: Query) throws(AuthError) {
        number = max(1, try UserPage.number(query["page"], name: "page") ?? 1)
        let asked = try UserPage.number(query["per_page"], name: "per_page") ?? 0
        size = asked == 0 ? AuthLimits.usersPerPage : min(asked, AuthLimits.usersPerPageMax)
        filter = query["filter"].flatMap { $0.isEmpty ? nil : $0 }
        let words = (query["sort"] ?? "").lowercased().split(separator: " ")
        switch words {
        case [], ["created_at"], ["created_at", "desc"]: isAscending = false
        case ["created_at", "asc"]: isAscending = true
        default: throw .invalid("bad sort: only created_at with asc or desc is supported")
        }
    }

    private static func number(_ text: String?, name: String) throws(AuthError) -> Int? {
        guard let text, !text.isEmpty else { return nil }
        // Nine digits are far beyond any page and keep the offset in range.
        guard text.utf8.count <= 9, text.utf8.allSatisfy(isDigit), let number = Int(text) else {
            throw .invalid("Bad Pagination Parameters: \(name) is not a number")
        }
        return number
    }

    /// The next and the last page. Clients take the first number of each, so `page` comes first.
    func link(total: Int, path: String = "/admin/users") -> String {
        let last = max(1, (total + size - 1) / size)
        func to(_ page: Int, _ relation: String) -> String {
            "<\(path)?page=\(page)&per_page=\(size)>; rel=\"\(relation)\""
        }
        return (number < last ? [to(number + 1, "next")] : []).appending(to(last, "last")).joined(separator: ", ")
    }
}

extension Array {
    fileprivate func appending(_ element: Element) -> [Element] { self + [element] }
}
