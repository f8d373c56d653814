/// What a request says, without a promise that it makes sense: nothing here has looked at the database.
struct APIRequest: Sendable {
    let action: Action
    /// The schema chosen by profile header, or the first exposed one.
    let schema: String
    /// Whether the answer names its schema in `Content-Profile`.
    let schemaIsNegotiated: Bool
    let query: QueryParameters
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
    let headers: [(name: String, value: String)]
    let cookies: [(name: String, value: String)]
    let method: String
    /// Percent-encoded as sent, without the mount's prefix.
    let path: String
}
