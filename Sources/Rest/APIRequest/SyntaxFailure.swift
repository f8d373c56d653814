/// What a parser met and what it would have accepted, told the way PostgREST's parser library tells it.
///
/// Clients and tests compare this prose, so the rules by which alternatives' complaints are merged are the ones of
/// Parsec (Leijen and Meijer, *Parsec: Direct Style Monadic Parser Combinators for the Real World*, section 3.2).
struct SyntaxFailure: Sendable {
    enum Message: Sendable, Hashable {
        /// A character that did not fit, quoted; empty at the end of the input.
        case met(String)
        /// Something that a rule forbids.
        case forbidden(String)
        case expected(String)
        case plain(String)
    }

    /// Index of the complaint in the input.
    var position: Int
    var messages: [Message]

    static func unknown(at position: Int) -> SyntaxFailure { SyntaxFailure(position: position, messages: []) }

    /// Of two complaints the one further on counts; those about the same place add up.
    static func merge(_ first: SyntaxFailure, _ second: SyntaxFailure) -> SyntaxFailure {
        if second.messages.isEmpty, !first.messages.isEmpty { return first }
        if first.messages.isEmpty, !second.messages.isEmpty { return second }
        if first.position != second.position { return first.position > second.position ? first : second }
        return SyntaxFailure(position: first.position, messages: first.messages + second.messages)
    }

    /// Replaces what was expected by the name of a whole rule.
    mutating func relabel(_ name: String) {
        messages.removeAll { if case .expected = $0 { true } else { false } }
        messages.append(.expected(name))
    }

    /// `unexpected "x" expecting "a", "b" or end of input`
    var text: String {
        guard !messages.isEmpty else { return "unknown parse error" }
        let parts = [metText, forbiddenText, expectedText, plainText]
        return SyntaxFailure.distinct(parts).joined(separator: " ")
    }

    private var metText: String {
        for message in messages {
            if case .forbidden = message { return "" }
        }
        for message in messages {
            if case .met(let text) = message { return "unexpected " + (text.isEmpty ? "end of input" : text) }
        }
        return ""
    }

    private var forbiddenText: String {
        let texts = messages.compactMap { if case .forbidden(let text) = $0 { text } else { nil } }
        return SyntaxFailure.list("unexpected ", texts)
    }

    private var expectedText: String {
        let texts = messages.compactMap { if case .expected(let text) = $0 { text } else { nil } }
        return SyntaxFailure.list("expecting ", texts)
    }

    private var plainText: String {
        let texts = messages.compactMap { if case .plain(let text) = $0 { text } else { nil } }
        return SyntaxFailure.list("", texts)
    }

    private static func list(_ prefix: String, _ texts: [String]) -> String {
        let distinct = distinct(texts)
        guard let last = distinct.last else { return "" }
        if distinct.count == 1 { return prefix + last }
        return prefix + distinct.dropLast().joined(separator: ", ") + " or " + last
    }

    private static func distinct(_ texts: [String]) -> [String] {
        var seen: [String] = []
        for text in texts where !text.isEmpty && !seen.contains(text) { seen.append(text) }
        return seen
    }
}
