/// What is to be done to what. Names are as in the URL, percent-decoded; the schema is ``APIRequest/schema``.
enum Action: Sendable, Hashable {
    case read(relation: String, headersOnly: Bool)
    case mutate(relation: String, Mutation)
    case invoke(function: String, Invocation)
    /// The OpenAPI document.
    case describe(headersOnly: Bool)
    /// OPTIONS.
    case relationInfo(relation: String)
    case functionInfo(function: String)
    case rootInfo

    /// How a function is called.
    enum Invocation: Sendable, Hashable {
        case get, head, post

        /// Whether the transaction is read-only whatever the function's volatility, and arguments are in the URL.
        var isRead: Bool { self != .post }
    }
}

enum Mutation: Sendable, Hashable {
    /// POST
    case insert
    /// PATCH
    case update
    /// PUT
    case singleUpsert
    /// DELETE
    case delete
}
