/// Reads one part of a query string from left to right.
///
/// A rule that fails after it took something has decided the matter; one that fails without having taken anything
/// leaves the choice to the next alternative. ``attempt(_:)`` turns the first kind into the second. The reader does
/// not collect complaints unless it ``explains``: text is read once without, and only when that failed a second time
/// with them.
struct QueryReader {
    let scalars: [Unicode.Scalar]
    let explains: Bool
    var position = 0
    /// Brackets open around the position.
    var depth = 0
    /// What would also have been accepted at this position; meaningful only when ``explains``.
    var pending = SyntaxFailure.unknown(at: 0)
    /// Why the last rule failed; meaningful only when ``explains``.
    var failure = SyntaxFailure.unknown(at: 0)

    typealias Rule<Value> = (inout QueryReader) throws(SyntaxStop) -> Value

    init(_ text: String, explains: Bool) {
        scalars = Array(text.unicodeScalars)
        self.explains = explains
    }

    /// Reads `text` by `rule`. What is left over is ignored, as upstream does. `what` names the kind of text in the
    /// message. Throws ``RequestError/syntax(message:details:)``.
    static func read<Value>(_ what: String, _ text: String, _ rule: Rule<Value>) throws(RequestError) -> Value {
        try read(what, shown: text, text, rule)
    }

    /// As ``read(_:_:_:)``, when the message shows another text than the one read.
    static func read<Value>(
        _ what: String, shown: String, _ text: String, _ rule: Rule<Value>
    ) throws(RequestError) -> Value {
        var reader = QueryReader(text, explains: false)
        do throws(SyntaxStop) { return try rule(&reader) } catch {}
        var explaining = QueryReader(text, explains: true)
        do throws(SyntaxStop) { return try rule(&explaining) } catch {}
        let failure = explaining.failure
        let (line, column) = explaining.place(of: failure.position)
        throw .syntax(
            message: "\"failed to parse \(what) (\(shown))\" (line \(line), column \(column))", details: failure.text)
    }

    /// Line and column from one; a tab leads to the next column after a multiple of eight.
    private func place(of position: Int) -> (line: Int, column: Int) {
        var line = 1
        var column = 1
        for scalar in scalars.prefix(position) {
            switch scalar {
            case "\n": (line, column) = (line + 1, 1)
            case "\t": column += 8 - (column - 1) % 8
            default: column += 1
            }
        }
        return (line, column)
    }

    var isAtEnd: Bool { position == scalars.count }
    var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    /// Text between two positions.
    func text(_ range: Range<Int>) -> String {
        var text = String()
        text.unicodeScalars.append(contentsOf: scalars[range])
        return text
    }

    // MARK: - Failing

    /// What would have been right, in the words of messages. Made into text only for a reader that explains.
    enum Expectation {
        case nothing
        case scalar(Unicode.Scalar)
        case digit
        case letterOrDigit
        case end

        fileprivate var names: [String] {
            switch self {
            case .nothing: []
            case .scalar(let scalar): ["\"\(HaskellText.escaped(scalar, quote: "\""))\""]
            case .digit: ["digit"]
            case .letterOrDigit: ["letter", "digit"]
            case .end: ["end of input"]
            }
        }
    }

    /// Fails here, or `further` on, for the reason that `messages` give.
    mutating func fail<Value>(
        further: Int = 0, _ messages: [SyntaxFailure.Message]
    ) throws(SyntaxStop) -> Value {
        if explains {
            failure = .merge(pending, SyntaxFailure(position: position + further, messages: messages))
        }
        throw SyntaxStop()
    }

    /// How a character is shown when it does not fit; nil is the end.
    private static func met(_ scalar: Unicode.Scalar?) -> SyntaxFailure.Message {
        .met(scalar.map { "\"\(HaskellText.escaped($0, quote: "\""))\"" } ?? "")
    }

    /// How a character is shown that must not stand where it does.
    func forbidden(_ scalar: Unicode.Scalar, _ expected: Expectation) -> [SyntaxFailure.Message] {
        guard explains else { return [] }
        return [.forbidden("'\(HaskellText.escaped(scalar, quote: "'"))'")] + expected.names.map { .expected($0) }
    }

    /// What is said about the next character when another was expected.
    func complaint(_ expected: Expectation) -> [SyntaxFailure.Message] {
        guard explains else { return [] }
        return [QueryReader.met(next)] + expected.names.map { .expected($0) }
    }

    // MARK: - Taking

    /// The next character if `accepts` it.
    mutating func take(
        _ expected: Expectation = .nothing, where accepts: (Unicode.Scalar) -> Bool
    ) throws(SyntaxStop) -> Unicode.Scalar {
        guard let scalar = next, accepts(scalar) else { return try fail(complaint(expected)) }
        position += 1
        forget()
        return scalar
    }

    mutating func take(_ scalar: Unicode.Scalar) throws(SyntaxStop) {
        guard next == scalar else { return try fail(complaint(.scalar(scalar))) }
        position += 1
        forget()
    }

    /// The whole of `word`, which is ASCII. Its first character is taken as soon as it fits.
    mutating func take(word: String) throws(SyntaxStop) {
        let matched = countMatching(word)
        if matched == word.utf8.count {
            position += matched
            return forget()
        }
        if explains {
            let found = position + matched < scalars.count ? scalars[position + matched] : nil
            let complaint = SyntaxFailure(
                position: position, messages: [QueryReader.met(found), .expected("\"\(word)\"")])
            failure = matched == 0 ? .merge(pending, complaint) : complaint
        }
        position += min(matched, 1)
        throw SyntaxStop()
    }

    /// How many characters of `word` stand here.
    func countMatching(_ word: String) -> Int {
        var matched = 0
        for byte in word.utf8 {
            guard position + matched < scalars.count, scalars[position + matched].value == UInt32(byte) else { break }
            matched += 1
        }
        return matched
    }

    /// All characters from here that `accepts` lets pass; `expected` is for complaints about the first that does not.
    mutating func takeAll(
        _ expected: Expectation = .nothing, where accepts: (Unicode.Scalar) -> Bool
    ) -> Range<Int> {
        let start = position
        while position < scalars.count, accepts(scalars[position]) { position += 1 }
        if explains {
            let hint = SyntaxFailure(position: position, messages: complaint(expected))
            pending = start == position ? .merge(pending, hint) : hint
        }
        return start..<position
    }

    mutating func forget() {
        if explains { pending = .unknown(at: position) }
    }
}

/// A rule did not fit; the reader knows why.
struct SyntaxStop: Error {}
