/// Reads a JSON object once from left to right: makes sure that it is one and notes where the values of the outermost
/// members are, without building any. Claims in tokens are written by machines, so what machines seldom write (escapes,
/// repeated names) ends the scan: then the JSON parser decides.
struct ClaimScanner {
    /// Where the value of an outermost member lies, and of which kind it is.
    struct Value {
        enum Kind { case text, number, null, other }
        let kind: Kind
        /// The bytes of the value, those of a text without its quotes.
        let range: Range<Int>
    }

    private let bytes: [UInt8]
    private let depthMax: Int
    private var position = 0

    init(_ bytes: [UInt8], depthMax: Int) {
        self.bytes = bytes
        self.depthMax = depthMax
    }

    /// Calls `note` with each outermost member. False when the bytes are not certain to be an object without escapes.
    mutating func scan(_ note: (_ name: Span<UInt8>, Value) -> Void) -> Bool {
        skipSpace()
        guard take(UInt8(ascii: "{")) else { return false }
        guard members(depth: 1, note) else { return false }
        skipSpace()
        return position == bytes.count
    }

    private mutating func members(depth: Int, _ note: (Span<UInt8>, Value) -> Void) -> Bool {
        skipSpace()
        if take(UInt8(ascii: "}")) { return true }
        while true {
            skipSpace()
            guard let name = text() else { return false }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { return false }
            skipSpace()
            guard let value = value(depth: depth) else { return false }
            note(bytes.span.extracting(name), value)
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            return take(UInt8(ascii: "}"))
        }
    }

    private mutating func value(depth: Int) -> Value? {
        guard position < bytes.count else { return nil }
        let start = position
        switch bytes[position] {
        case UInt8(ascii: "\""): return text().map { Value(kind: .text, range: $0) }
        case UInt8(ascii: "{"):
            position += 1
            guard depth < depthMax, members(depth: depth + 1, { _, _ in }) else { return nil }
            return Value(kind: .other, range: start..<position)
        case UInt8(ascii: "["):
            position += 1
            guard depth < depthMax, items(depth: depth + 1) else { return nil }
            return Value(kind: .other, range: start..<position)
        case UInt8(ascii: "t"): return literal((0x72, 0x75, 0x65), nil, .other)
        case UInt8(ascii: "f"): return literal((0x61, 0x6C, 0x73), 0x65, .other)
        case UInt8(ascii: "n"): return literal((0x75, 0x6C, 0x6C), nil, .null)
        default: return number() ? Value(kind: .number, range: start..<position) : nil
        }
    }

    private mutating func items(depth: Int) -> Bool {
        skipSpace()
        if take(UInt8(ascii: "]")) { return true }
        while true {
            skipSpace()
            guard value(depth: depth) != nil else { return false }
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            return take(UInt8(ascii: "]"))
        }
    }

    /// The bytes between two quotes; nil for an escape or a control character. UTF-8 is checked for the whole once.
    private mutating func text() -> Range<Int>? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                return start..<position - 1
            }
            guard byte >= 0x20, byte != UInt8(ascii: "\\") else { return nil }
            position += 1
        }
        return nil
    }

    private mutating func literal(_ rest: (UInt8, UInt8, UInt8), _ last: UInt8?, _ kind: Value.Kind) -> Value? {
        let start = position
        position += 1
        guard take(rest.0), take(rest.1), take(rest.2), last.map({ take($0) }) ?? true else { return nil }
        return Value(kind: kind, range: start..<position)
    }

    /// RFC 8259, section 6.
    private mutating func number() -> Bool {
        _ = take(UInt8(ascii: "-"))
        let first = position
        guard digits() else { return false }
        if bytes[first] == UInt8(ascii: "0"), position - first > 1 { return false }
        if take(UInt8(ascii: ".")), !digits() { return false }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            return digits()
        }
        return true
    }

    private mutating func digits() -> Bool {
        let start = position
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
            position += 1
        }
        return position > start
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }
}
