internal import Core

/// Cuts the inside of an action into tokens.
struct TemplateLexer {
    enum Token: Hashable, Sendable {
        case word(String)
        /// `.`, `.A.B`
        case field([String])
        /// `$`, `$.A`
        case root([String])
        /// `.A` right behind a closing parenthesis.
        case literal(JSON)
        case open
        /// With the fields that follow it without a space.
        case close([String])
        case pipe
    }

    let source: [UInt8]
    var position: Int
    /// For errors.
    let line: Int

    /// The tokens up to `}}`, which is read as well. The last result tells whether the action ends with a trim marker.
    mutating func tokens() throws(TemplateError) -> (tokens: [Token], trims: Bool) {
        var tokens: [Token] = []
        while true {
            let hadSpace = skipSpace()
            guard let byte = peek() else { throw TemplateError(line: line, "an action is not closed: }} is missing") }
            if starts(with: "}}") {
                position += 2
                return (tokens, false)
            }
            if hadSpace, starts(with: "-}}") {
                position += 3
                return (tokens, true)
            }
            tokens.append(try token(byte))
        }
    }

    private mutating func token(_ byte: UInt8) throws(TemplateError) -> Token {
        switch byte {
        case UInt8(ascii: "("):
            position += 1
            return .open
        case UInt8(ascii: ")"):
            position += 1
            return .close(try fields())
        case UInt8(ascii: "|"):
            position += 1
            return .pipe
        case UInt8(ascii: "."): return .field(try fieldsOrDot())
        case UInt8(ascii: "$"):
            position += 1
            if let next = peek(), isWord(next) || next == UInt8(ascii: ":") {
                throw TemplateError(line: line, "variables are not supported")
            }
            return .root(try fields())
        case UInt8(ascii: "\""): return .literal(.string(try quoted()))
        case UInt8(ascii: "`"): return .literal(.string(try raw()))
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"): return try number()
        default:
            guard isWord(byte) else { throw TemplateError(line: line, "an unexpected character in an action") }
            return .word(word())
        }
    }

    // MARK: Pieces

    func peek(_ offset: Int = 0) -> UInt8? {
        position + offset < source.count ? source[position + offset] : nil
    }

    func starts(with text: String) -> Bool { source[min(position, source.count)...].starts(with: text.utf8) }

    /// Whether there was any.
    private mutating func skipSpace() -> Bool {
        let start = position
        while let byte = peek(), [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
        return position > start
    }

    private func isWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "_") || byte >= 0x80
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private mutating func word() -> String {
        let start = position
        while let byte = peek(), isWord(byte) { position += 1 }
        return String(decoding: source[start..<position], as: UTF8.self)
    }

    private mutating func fieldsOrDot() throws(TemplateError) -> [String] {
        guard let next = peek(1), isWord(next) else {
            position += 1
            return []
        }
        return try fields()
    }

    /// `.A.B`; empty when there is no dot.
    private mutating func fields() throws(TemplateError) -> [String] {
        var names: [String] = []
        while peek() == UInt8(ascii: ".") {
            position += 1
            let name = word()
            guard !name.isEmpty else { throw TemplateError(line: line, "a name is missing behind a dot") }
            names.append(name)
        }
        return names
    }

    private mutating func quoted() throws(TemplateError) -> String {
        position += 1
        var bytes: [UInt8] = []
        while let byte = peek(), byte != 0x0A {
            position += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: bytes, as: UTF8.self) }
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            guard let escaped = peek() else { break }
            position += 1
            switch escaped {
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "'"): bytes.append(escaped)
            default: throw TemplateError(line: line, "an unknown escape in a text")
            }
        }
        throw TemplateError(line: line, "a text is not closed")
    }

    private mutating func raw() throws(TemplateError) -> String {
        guard let end = source[(position + 1)...].firstIndex(of: UInt8(ascii: "`")) else {
            throw TemplateError(line: line, "a text is not closed")
        }
        defer { position = end + 1 }
        return String(decoding: source[(position + 1)..<end], as: UTF8.self)
    }

    private mutating func number() throws(TemplateError) -> Token {
        let start = position
        position += 1
        while let byte = peek(), isDigit(byte) || byte == UInt8(ascii: ".") { position += 1 }
        let text = String(decoding: source[start..<position], as: UTF8.self)
        if let whole = Int(text) { return .literal(.int(whole)) }
        guard let value = Double(text), value.isFinite else { throw TemplateError(line: line, "a number is malformed") }
        return .literal(.double(value))
    }
}
