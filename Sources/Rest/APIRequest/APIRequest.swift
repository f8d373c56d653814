internal import HTTPTypes

/// What a request says, without a promise that it makes sense: nothing here has looked at the database.
struct APIRequest: Sendable {
    let action: Action
    /// The schema chosen by profile header, or the first exposed one.
    let schema: String
    /// Whether the answer names its schema in `Content-Profile`.
    let schemaIsNegotiated: Bool
    var query: QueryParameters
    /// The rows wanted of the root: `limit`, `offset` and the `Range` header together. Never negative.
    let topRange: RowRange
    /// Nil for reads and deletes.
    let payload: Payload?
    /// Keys to write, or names of arguments: the body's keys, or `columns` where that was given. Sorted, each once.
    let columns: [String]
    let preferences: Preferences
    /// Best first; never empty.
    let accept: [MediaType]
    /// JSON when absent.
    let contentType: MediaType
    /// All but cookies, names in lower case, in order.
    private(set) var headers: [(name: String, value: String)] = []
    private(set) var cookies: [(name: String, value: String)] = []
    let method: String
    /// Percent-encoded as sent, without the mount's prefix.
    let path: String

    /// Header fields and cookies as functions and policies see them.
    mutating func takeFields(of fields: HTTPFields) {
        headers = fields.compactMap { $0.name == .cookie ? nil : ($0.name.canonicalName, $0.value) }
        cookies = APIRequest.cookies(fields[values: .cookie])
    }

    /// `name=value` pairs between semicolons (RFC 6265, section 5.4).
    private static func cookies(_ headers: [String]) -> [(name: String, value: String)] {
        headers.flatMap { $0.split(separator: ";") }.map { part in
            let halves = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(halves[0]), halves.count > 1 ? String(halves[1]) : "")
        }
    }
}
