/// One setting as operators know it.
public struct Setting: Sendable {
    /// What a value must look like; decides the error text and the column in docs/CONFIGURATION.md.
    public enum Kind: Sendable, Hashable {
        case text
        case secret
        case flag
        case integer(ClosedRange<Int>)
        /// Whole seconds, or Go syntax (`1h30m`) where upstream has it.
        case duration
        case list
        case oneOf([String])
        case file
        case url

        /// For messages and documents.
        public var wording: String {
            switch self {
            case .text: "text"
            case .secret: "secret text"
            case .flag: "true or false"
            case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
            case .duration: "seconds, or a duration such as 90s, 15m or 1h30m"
            case .list: "a comma-separated list"
            case .oneOf(let values): "one of " + values.joined(separator: ", ")
            case .file: "the path of a file"
            case .url: "an http or https URL"
            }
        }
    }

    public let section: String
    /// Our own name, which wins over the aliases.
    public let name: String
    /// Upstream's names, in order of precedence.
    public let aliases: [String]
    public let kind: Kind
    /// As documented; nil when there is none.
    public let fallback: String?
    public let summary: String

    init(
        _ section: String, _ name: String, aliases: [String] = [], _ kind: Kind, default fallback: String? = nil,
        _ summary: String
    ) {
        self.section = section
        self.name = name
        self.aliases = aliases
        self.kind = kind
        self.fallback = fallback
        self.summary = summary
    }

    /// All names, ours first.
    public var names: [String] { [name] + aliases }
}
