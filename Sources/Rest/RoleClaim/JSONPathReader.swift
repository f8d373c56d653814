internal import Core

/// Reads the text of a ``JSONPath``.
struct JSONPathReader {
    /// The text is no path.
    struct Malformed: Error {}

    private let text: [Unicode.Scalar]
    private var position = 0
    /// Conditions within conditions.
    private var depth = 0
    private static let depthMax = 16

    static func read(_ text: String) throws(Malformed) -> JSONPath {
        var reader = JSONPathReader(text)
        guard reader.take("$") else { throw Malformed() }
        let path = JSONPath(isRelative: false, segments: try reader.segments())
        guard reader.position == reader.text.count else { throw Malformed() }
        return path
    }

    private init(_ text: String) { self.text = Array(text.unicodeScalars) }

    // MARK: Segments

    private mutating func segments() throws(Malformed) -> [JSONPath.Segment] {
        var segments: [JSONPath.Segment] = []
        while true {
            let start = position
            skipSpace()
            if take("..") {
                let selectors = take("[") ? try bracketed() : [try shorthand()]
                segments.append(JSONPath.Segment(selectors: selectors, isDescendant: true))
            } else if take(".") {
                segments.append(JSONPath.Segment(selectors: [try shorthand()]))
            } else if take("[") {
                segments.append(JSONPath.Segment(selectors: try bracketed()))
            } else {
                position = start
                return segments
            }
        }
    }

    private mutating func shorthand() throws(Malformed) -> JSONPath.Selector {
        if take("*") { return .wildcard }
        var name = ""
        while let scalar = peek(), JSONPathReader.isNameScalar(scalar, first: name.isEmpty) {
            name.unicodeScalars.append(scalar)
            position += 1
        }
        guard !name.isEmpty else { throw Malformed() }
        return .name(name)
    }

    private static func isNameScalar(_ scalar: Unicode.Scalar, first: Bool) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "_": true
        case "0"..."9": !first
        default: scalar.value >= 0x80
        }
    }

    private mutating func bracketed() throws(Malformed) -> [JSONPath.Selector] {
        var selectors: [JSONPath.Selector] = []
        repeat {
            skipSpace()
            selectors.append(try selector())
            skipSpace()
        } while take(",")
        guard take("]") else { throw Malformed() }
        return selectors
    }

    private mutating func selector() throws(Malformed) -> JSONPath.Selector {
        switch peek() {
        case "'", "\"": return .name(try quoted())
        case "*":
            position += 1
            return .wildcard
        case "?":
            position += 1
            skipSpace()
            return .filter(try condition())
        default: return try indexOrSlice()
        }
    }

    private mutating func indexOrSlice() throws(Malformed) -> JSONPath.Selector {
        let start = try integer()
        skipSpace()
        guard take(":") else {
            guard let start else { throw Malformed() }
            return .index(start)
        }
        skipSpace()
        let end = try integer()
        skipSpace()
        var step: Int?
        if take(":") {
            skipSpace()
            step = try integer()
        }
        return .slice(start: start, end: end, step: step ?? 1)
    }

    /// Nil where there is none.
    private mutating func integer() throws(Malformed) -> Int? {
        var digits = take("-") ? "-" : ""
        while let scalar = peek(), ("0"..."9").contains(scalar) {
            digits.unicodeScalars.append(scalar)
            position += 1
        }
        guard !digits.isEmpty else { return nil }
        // Beyond 2^53 a number is no exact index (RFC 9535, section 2.1).
        guard let number = Int(digits), abs(number) < 1 << 53 else { throw Malformed() }
        return number
    }

    // MARK: Conditions

    private mutating func condition() throws(Malformed) -> JSONPath.Condition {
        depth += 1
        guard depth <= JSONPathReader.depthMax else { throw Malformed() }
        var alternatives: [JSONPath.Condition] = []
        repeat {
            var parts: [JSONPath.Condition] = []
            repeat {
                skipSpace()
                parts.append(try basic())
                skipSpace()
            } while take("&&")
            alternatives.append(parts.count == 1 ? parts[0] : .all(parts))
        } while take("||")
        depth -= 1
        return alternatives.count == 1 ? alternatives[0] : .any(alternatives)
    }

    private mutating func basic() throws(Malformed) -> JSONPath.Condition {
        if peek() == "!" {
            position += 1
            skipSpace()
            return .not(take("(") ? try grouped() : try test())
        }
        if take("(") { return try grouped() }
        if take("search(") { return try search() }
        let left = try operand()
        skipSpace()
        guard let comparison = JSONPath.Comparison.allCases.first(where: { take($0.rawValue) }) else {
            guard case .path(let path) = left else { throw Malformed() }
            return .exists(path)
        }
        skipSpace()
        let right = try operand()
        for case .path(let path) in [left, right] where !path.isSingular { throw Malformed() }
        return .comparison(left, comparison, right)
    }

    private mutating func grouped() throws(Malformed) -> JSONPath.Condition {
        let condition = try condition()
        skipSpace()
        guard take(")") else { throw Malformed() }
        return condition
    }

    private mutating func test() throws(Malformed) -> JSONPath.Condition {
        if take("search(") { return try search() }
        guard case .path(let path) = try operand() else { throw Malformed() }
        return .exists(path)
    }

    private mutating func search() throws(Malformed) -> JSONPath.Condition {
        skipSpace()
        let value = try operand()
        skipSpace()
        guard take(",") else { throw Malformed() }
        skipSpace()
        let pattern = try quoted()
        skipSpace()
        guard take(")"), (try? Regex(pattern)) != nil else { throw Malformed() }
        return .search(value, pattern: pattern)
    }

    private mutating func operand() throws(Malformed) -> JSONPath.Operand {
        if take("@") { return .path(JSONPath(isRelative: true, segments: try segments())) }
        if take("$") { return .path(JSONPath(isRelative: false, segments: try segments())) }
        switch peek() {
        case "'", "\"": return .literal(.string(try quoted()))
        default: break
        }
        for (word, value) in [("true", JSON.bool(true)), ("false", .bool(false)), ("null", .null)] where take(word) {
            return .literal(value)
        }
        var number = ""
        while let scalar = peek(), ("0"..."9").contains(scalar) || "+-.eE".unicodeScalars.contains(scalar) {
            number.unicodeScalars.append(scalar)
            position += 1
        }
        guard let value = try? JSON(parsing: number), case .number = value else { throw Malformed() }
        return .literal(value)
    }

    // MARK: Words

    /// A text in quotes of either kind, with JSON's escapes.
    private mutating func quoted() throws(Malformed) -> String {
        guard let quote = peek(), quote == "'" || quote == "\"" else { throw Malformed() }
        position += 1
        // As JSON text, whose escapes are the same.
        var json = "\""
        while let scalar = peek(), scalar != quote {
            position += 1
            if scalar == "\\", let escaped = peek() {
                position += 1
                json += escaped == "'" ? "'" : "\\" + String(escaped)
            } else {
                json += scalar == "\"" ? "\\\"" : String(scalar)
            }
        }
        position += 1
        guard position <= text.count, let value = (try? JSON(parsing: json + "\""))?.string else { throw Malformed() }
        return value
    }

    private func peek() -> Unicode.Scalar? { position < text.count ? text[position] : nil }

    private mutating func take(_ word: String) -> Bool {
        let scalars = Array(word.unicodeScalars)
        guard position + scalars.count <= text.count,
            text[position..<position + scalars.count].elementsEqual(scalars)
        else { return false }
        position += scalars.count
        return true
    }

    private mutating func skipSpace() {
        while let scalar = peek(), scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r" {
            position += 1
        }
    }
}
