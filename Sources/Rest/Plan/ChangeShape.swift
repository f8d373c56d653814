internal import Core
internal import Gateway
internal import HTTPTypes

/// A call, or an insert of one JSON object, as it looks without the values of its body and of plain query parameters:
/// everything that its plan and its statement depend on besides settings and schema cache.
///
/// Of the body only the names of its members count, in order and as they stand between their quotes. Whatever is not
/// plain (names with escapes, arrays, what is no JSON) has no shape.
struct ChangeShape {
    /// What decides how a request is planned.
    struct Key: Hashable, Sendable {
        let bytes: [UInt8]
        let fields: ReadShape.Fields
    }

    /// All but header fields.
    let bytes: [UInt8]
    /// Values of the query, in order.
    let values: [String]
    /// The body to be bound; nil where there is none.
    let body: [UInt8]?
    private let method: HTTPRequest.Method
    private let path: String
    private let query: DirectQuery
    /// Names of the body's members, each ended by NUL, which no JSON text holds.
    private let names: [UInt8]

    /// Nil for a request that has to be planned each time.
    init?(_ request: DirectRequest) {
        let isCall = request.path.hasPrefix("/rpc/")
        switch request.method {
        case .post:
            // What PostgREST takes an empty body of a call for.
            let body = isCall && request.body.isEmpty ? ChangeShape.noArguments : request.body
            guard let names = JSONShapeReader.plainNames(of: body), names.count <= RestLimits.shapeMax.bytes else {
                return nil
            }
            self.body = body
            self.names = names
        case .get where isCall:
            body = nil
            names = []
        default: return nil
        }
        guard
            let query = DirectQuery(
                path: request.path, query: request.query, takesArguments: request.method == .get)
        else { return nil }
        method = request.method
        path = request.path
        self.query = query
        values = query.values
        // The length tells where the names begin.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(query.key.count + names.count + 5)
        bytes.append(request.method == .get ? UInt8(ascii: "G") : UInt8(ascii: "P"))
        for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: query.key.count >> shift)) }
        bytes.append(contentsOf: query.key)
        bytes.append(contentsOf: names)
        self.bytes = bytes
    }

    private static let noArguments = Array("{}".utf8)

    /// An object of the same names that holds nothing else of the body.
    var template: [UInt8] {
        guard body != nil else { return [] }
        var text: [UInt8] = [UInt8(ascii: "{")]
        for name in names.split(separator: 0, omittingEmptySubsequences: false).dropLast() {
            if text.count > 1 { text.append(UInt8(ascii: ",")) }
            text += "\"".utf8
            text += name
            text += "\":0".utf8
        }
        text.append(UInt8(ascii: "}"))
        return text
    }

    /// Number of the body's members.
    var nameCount: Int { names.count { $0 == 0 } }

    /// The request with ``template`` for its body and ``ReadShape/mark(_:)`` for each value. Of the header fields it has
    /// those alone that say how to read it: what is remembered is for everybody. Throws ``RequestError``.
    func request(_ headers: HTTPFields, rules: RequestRules) throws(RequestError) -> APIRequest {
        try APIRequest(
            method: method.rawValue, path: path, query: query.marked, headers: ReadShape.Fields.only(of: headers),
            body: template, rules: rules)
    }
}
