/// What a call named.
struct RoutineSearch: Sendable, Equatable {
    /// What a POST body is, as far as it decides which function is meant.
    enum Body: Sendable {
        /// GET and HEAD: all arguments are in the URL.
        case none
        case json
        case text
        case xml
        case bytes
        /// CSV, form fields.
        case other

        /// Goes to a parameter as it is, and so cannot name arguments.
        var isRaw: Bool {
            switch self {
            case .text, .xml, .bytes: true
            case .none, .json, .other: false
            }
        }
    }

    let identifier: QualifiedIdentifier
    /// Names of the given arguments, each once, sorted.
    let arguments: [String]
    let body: Body

    init(_ identifier: QualifiedIdentifier, arguments: some Sequence<String>, body: Body) {
        self.identifier = identifier
        self.arguments = Set(arguments).sorted()
        self.body = body
    }
}
