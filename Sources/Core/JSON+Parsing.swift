/// Why a text is not acceptable JSON. `offset` counts bytes from the start.
public enum JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    case tooLarge(bytes: Int, bytesMax: Int)
    case tooDeep(depthMax: Int)
    case unexpectedEnd
    case unexpectedByte(offset: Int)
    case invalidUTF8

    public var description: String {
        switch self {
        case .tooLarge(let bytes, let max): "JSON of \(bytes) bytes is over the limit of \(max) bytes"
        case .tooDeep(let max): "JSON is nested deeper than \(max) levels"
        case .unexpectedEnd: "unexpected end of JSON input"
        case .unexpectedByte(let offset): "invalid character at byte \(offset) of the JSON input"
        case .invalidUTF8: "JSON input is not valid UTF-8"
        }
    }
}

/// What a JSON text may cost.
public struct JSONLimits: Sendable {
    public var bytesMax: Int
    /// Nesting of arrays and objects. The parser recurses, so this also bounds its stack.
    public var depthMax: Int

    public init(bytesMax: Int = 1 << 20, depthMax: Int = 64) {
        self.bytesMax = bytesMax
        self.depthMax = depthMax
    }
    public static let standard = JSONLimits()
}

extension JSON {
    /// Parses one JSON text (RFC 8259); trailing bytes other than white space are an error. Of repeated member
    /// names the last wins. Throws ``JSONError``.
    public init(parsing bytes: some Collection<UInt8>, limits: JSONLimits = .standard) throws(JSONError) {
        guard bytes.count <= limits.bytesMax else {
            throw .tooLarge(bytes: bytes.count, bytesMax: limits.bytesMax)
        }
        var parser = JSONParser(bytes: Array(bytes), depthMax: limits.depthMax)
        self = try parser.document()
    }

    /// Parses a text; see ``init(parsing:limits:)``. Throws ``JSONError``.
    public init(parsing text: String, limits: JSONLimits = .standard) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }
}

private struct JSONParser {
    let bytes: [UInt8]
    let depthMax: Int
    var position = 0

    init(bytes: [UInt8], depthMax: Int) {
        self.bytes = bytes
        self.depthMax = depthMax
    }

    mutating func document() throws(JSONError) -> JSON {
        let value = try value(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw .unexpectedByte(offset: position) }
        return value
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private func peek() throws(JSONError) -> UInt8 {
        guard position < bytes.count else { throw .unexpectedEnd }
        return bytes[position]
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSON {
        guard depth <= depthMax else { throw .tooDeep(depthMax: depthMax) }
        skipSpace()
        switch try peek() {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: return try number()
        }
    }

    private mutating func literal(_ text: String, _ value: JSON) throws(JSONError) -> JSON {
        for byte in text.utf8 {
            guard try peek() == byte else { throw .unexpectedByte(offset: position) }
            position += 1
        }
        return value
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSON {
        position += 1
        var object = JSONObject()
        var index = JSONMemberIndex()
        skipSpace()
        if try peek() == UInt8(ascii: "}") {
            position += 1
            return .object(object)
        }
        while true {
            skipSpace()
            guard try peek() == UInt8(ascii: "\"") else { throw .unexpectedByte(offset: position) }
            let key = try string()
            skipSpace()
            guard try peek() == UInt8(ascii: ":") else { throw .unexpectedByte(offset: position) }
            position += 1
            let member = try value(depth: depth + 1)
            if let place = index.place(of: key, in: object) {
                object.replaceUnchecked(at: place, member)
            } else {
                object.appendUnchecked(key, member)
            }
            skipSpace()
            let next = try peek()
            guard next == UInt8(ascii: ",") || next == UInt8(ascii: "}") else {
                throw .unexpectedByte(offset: position)
            }
            position += 1
            if next == UInt8(ascii: "}") { return .object(object) }
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSON {
        position += 1
        var items: [JSON] = []
        skipSpace()
        if try peek() == UInt8(ascii: "]") {
            position += 1
            return .array(items)
        }
        while true {
            items.append(try value(depth: depth + 1))
            skipSpace()
            let next = try peek()
            guard next == UInt8(ascii: ",") || next == UInt8(ascii: "]") else {
                throw .unexpectedByte(offset: position)
            }
            position += 1
            if next == UInt8(ascii: "]") { return .array(items) }
        }
    }

    private mutating func number() throws(JSONError) -> JSON {
        let start = position
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") { position += 1 }
        let firstDigit = position
        try digits()
        if bytes[firstDigit] == UInt8(ascii: "0"), position - firstDigit > 1 {
            throw .unexpectedByte(offset: firstDigit)
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            try digits()
        }
        return .number(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
            position += 1
        }
        guard position > start else {
            if position == bytes.count { throw .unexpectedEnd }
            throw .unexpectedByte(offset: position)
        }
    }

    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        while position < bytes.count, bytes[position] >= 0x20, bytes[position] != UInt8(ascii: "\""),
            bytes[position] != UInt8(ascii: "\\")
        {
            position += 1
        }
        // Most strings hold no escape and are taken as they stand.
        if position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
            defer { position += 1 }
            return try plainText(start..<position)
        }
        var text = Array(bytes[start..<position])
        while true {
            let byte = try peek()
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw .invalidUTF8 }
                return string
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw .unexpectedByte(offset: position - 1)
            default: text.append(byte)
            }
        }
    }

    private func plainText(_ range: Range<Int>) throws(JSONError) -> String {
        guard let text = try? UTF8Span(validating: bytes.span.extracting(range)) else { throw .invalidUTF8 }
        return String(copying: text)
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        let byte = try peek()
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = UInt32(try hex4())
            if (0xD800..<0xDC00).contains(code) {
                guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                    bytes[position + 1] == UInt8(ascii: "u")
                else { throw .unexpectedByte(offset: position) }
                position += 2
                let low = UInt32(try hex4())
                guard (0xDC00..<0xE000).contains(low) else { throw .unexpectedByte(offset: position) }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw .unexpectedByte(offset: position) }
            text.append(contentsOf: Array(String(Character(scalar)).utf8))
        default: throw .unexpectedByte(offset: position - 1)
        }
    }

    private mutating func hex4() throws(JSONError) -> UInt16 {
        guard position + 4 <= bytes.count else { throw .unexpectedEnd }
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue, bytes[position] < 0x80 else {
                throw .unexpectedByte(offset: position)
            }
            value = value << 4 | UInt16(digit)
            position += 1
        }
        return value
    }
}
