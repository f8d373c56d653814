/// The text of a message with a code, in the one form of Go's templates that text messages need: `{{ .Code }}`.
public struct TextMessageTemplate: Sendable, Hashable {
    /// Characters of a template at most: three times what the longest chain of text messages carries in practice.
    static let charactersMax = 2000

    /// What stands before, between and after the codes.
    private let parts: [String]

    /// `Your code is {{ .Code }}`
    public init() { parts = ["Your code is ", ""] }

    /// Nil for a text with any other action, one that is not closed, and one without the code.
    public init?(_ text: String) {
        guard text.count <= TextMessageTemplate.charactersMax else { return nil }
        var parts: [String] = []
        var part = ""
        var rest = Substring(text)
        while let first = rest.first {
            guard rest.hasPrefix("{{") else {
                part.append(first)
                rest = rest.dropFirst()
                continue
            }
            let action = rest.dropFirst(2).prefix { $0 != "}" }
            rest = rest.dropFirst(2 + action.count)
            guard rest.hasPrefix("}}"), action.split(whereSeparator: \.isWhitespace) == [".Code"] else { return nil }
            rest = rest.dropFirst(2)
            parts.append(part)
            part = ""
        }
        guard !parts.isEmpty else { return nil }
        self.parts = parts + [part]
    }

    func text(code: String) -> String { parts.joined(separator: code) }
}
