internal import Core

/// What a JSON body is, as far as a write must know before PostgreSQL reads it.
enum JSONShape: Sendable, Hashable {
    /// An object with these keys, sorted.
    case object(keys: [String])
    /// An array of objects that all have these keys, sorted.
    case rows(keys: [String])
    /// `[]`
    case noRows
    /// An array with another thing than an object in it, or with objects that differ in their keys.
    case unevenRows
    /// A string, number, boolean or null.
    case scalar
}

/// Checks that a text is JSON (RFC 8259) and finds its ``JSONShape`` without building values: bodies may be large, and
/// PostgreSQL reads them again anyhow.
struct JSONShapeReader {
    private let bytes: [UInt8]
    private var position = 0

    /// Nil if `bytes` are not one JSON text.
    static func shape(of bytes: [UInt8]) -> JSONShape? {
        // Which byte is wrong is not told to clients.
        guard (try? UTF8Span(validating: bytes.span)) != nil else { return nil }
        var reader = JSONShapeReader(bytes)
        do throws(Malformed) { return try reader.document() } catch { return nil }
    }

    /// The names of an object's members in order, as they stand between their quotes, each ended by NUL, which no JSON
    /// text holds. Nil for any other text and where a name holds an escape.
    static func plainNames(of bytes: [UInt8]) -> [UInt8]? {
        // Why there are none, the reading of the whole request tells.
        guard (try? UTF8Span(validating: bytes.span)) != nil else { return nil }
        var reader = JSONShapeReader(bytes)
        do throws(Malformed) { return try reader.plainNames() } catch { return nil }
    }

    private struct Malformed: Error {}

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    private mutating func document() throws(Malformed) -> JSONShape {
        skipSpace()
        let shape: JSONShape
        switch try peek() {
        case UInt8(ascii: "{"):
            shape = .object(keys: KeySet.sorted(try names(of: try members())))
        case UInt8(ascii: "["): shape = try rows()
        default:
            try skipValue()
            shape = .scalar
        }
        skipSpace()
        guard position == bytes.count else { throw Malformed() }
        return shape
    }

    private mutating func plainNames() throws(Malformed) -> [UInt8]? {
        skipSpace()
        guard try peek() == UInt8(ascii: "{") else { return nil }
        let members = try members()
        skipSpace()
        guard position == bytes.count else { throw Malformed() }
        var names: [UInt8] = []
        names.reserveCapacity(members.reduce(0) { $0 + $1.count })
        for member in members {
            for index in member.lowerBound + 1..<member.upperBound - 1 {
                guard bytes[index] != UInt8(ascii: "\\") else { return nil }
                names.append(bytes[index])
            }
            names.append(0)
        }
        return names
    }

    // MARK: - Rows

    private mutating func rows() throws(Malformed) -> JSONShape {
        position += 1
        skipSpace()
        if try peek() == UInt8(ascii: "]") {
            position += 1
            return .noRows
        }
        var first: [Range<Int>]?
        var keys: [String] = []
        var isEven = true
        repeat {
            skipSpace()
            guard try peek() == UInt8(ascii: "{") else {
                isEven = false
                try skipValue()
                continue
            }
            let members = try members()
            if let first {
                // Rows of one client look alike; only where they do not are the names compared.
                if isEven, !haveSameText(first, members) { isEven = KeySet.sorted(try names(of: members)) == keys }
            } else {
                first = members
                keys = KeySet.sorted(try names(of: members))
            }
        } while try goesOn(until: UInt8(ascii: "]"))
        return isEven ? .rows(keys: keys) : .unevenRows
    }

    private func haveSameText(_ left: [Range<Int>], _ right: [Range<Int>]) -> Bool {
        left.count == right.count
            && zip(left, right).allSatisfy { bytes[$0].elementsEqual(bytes[$1]) }
    }

    /// Decoded names of members, which are given with their quotes.
    private func names(of members: [Range<Int>]) throws(Malformed) -> [String] {
        var names: [String] = []
        names.reserveCapacity(members.count)
        for range in members {
            let text = bytes[range.lowerBound + 1..<range.upperBound - 1]
            if !text.contains(UInt8(ascii: "\\")) {
                names.append(String(decoding: text, as: UTF8.self))
                continue
            }
            // The text was checked as a string before, so this cannot fail.
            guard let name = (try? JSON(parsing: bytes[range]))?.string else { throw Malformed() }
            names.append(name)
        }
        return names
    }

    /// The names of an object's members, with quotes; the values are checked and skipped.
    private mutating func members() throws(Malformed) -> [Range<Int>] {
        position += 1
        skipSpace()
        if try peek() == UInt8(ascii: "}") {
            position += 1
            return []
        }
        var members: [Range<Int>] = []
        repeat {
            members.append(try memberName())
            try skipValue()
        } while try goesOn(until: UInt8(ascii: "}"))
        return members
    }

    private mutating func memberName() throws(Malformed) -> Range<Int> {
        skipSpace()
        let start = position
        try skipString()
        let end = position
        skipSpace()
        guard try peek() == UInt8(ascii: ":") else { throw Malformed() }
        position += 1
        return start..<end
    }

    /// Takes a comma, or the closing bracket.
    private mutating func goesOn(until close: UInt8) throws(Malformed) -> Bool {
        skipSpace()
        let byte = try peek()
        position += 1
        if byte == close { return false }
        guard byte == UInt8(ascii: ",") else { throw Malformed() }
        return true
    }

    // MARK: - Skipping values

    private func peek() throws(Malformed) -> UInt8 {
        guard position < bytes.count else { throw Malformed() }
        return bytes[position]
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    /// One value of any depth, without recursion.
    private mutating func skipValue() throws(Malformed) {
        var open: [UInt8] = []
        repeat {
            skipSpace()
            switch try peek() {
            case UInt8(ascii: "{"):
                position += 1
                skipSpace()
                if try peek() != UInt8(ascii: "}") {
                    try deepen(&open, UInt8(ascii: "}"))
                    _ = try memberName()
                    continue
                }
                position += 1
            case UInt8(ascii: "["):
                position += 1
                skipSpace()
                if try peek() != UInt8(ascii: "]") {
                    try deepen(&open, UInt8(ascii: "]"))
                    continue
                }
                position += 1
            case UInt8(ascii: "\""): try skipString()
            case UInt8(ascii: "t"): try skip(word: "true")
            case UInt8(ascii: "f"): try skip(word: "false")
            case UInt8(ascii: "n"): try skip(word: "null")
            default: try skipNumber()
            }
            while let close = open.last {
                guard try goesOn(until: close) else {
                    open.removeLast()
                    continue
                }
                if close == UInt8(ascii: "}") { _ = try memberName() }
                break
            }
        } while !open.isEmpty
    }

    private func deepen(_ open: inout [UInt8], _ close: UInt8) throws(Malformed) {
        guard open.count < RequestLimits.jsonDepthMax else { throw Malformed() }
        open.append(close)
    }

    private mutating func skip(word: StaticString) throws(Malformed) {
        for byte in word.description.utf8 {
            guard try peek() == byte else { throw Malformed() }
            position += 1
        }
    }

    private mutating func skipNumber() throws(Malformed) {
        if try peek() == UInt8(ascii: "-") { position += 1 }
        let isZero = try peek() == UInt8(ascii: "0")
        let digits = try skipDigits()
        if isZero, digits > 1 { throw Malformed() }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            _ = try skipDigits()
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            let sign = try peek()
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
            _ = try skipDigits()
        }
    }

    private mutating func skipDigits() throws(Malformed) -> Int {
        let start = position
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
            position += 1
        }
        guard position > start else { throw Malformed() }
        return position - start
    }

    private mutating func skipString() throws(Malformed) {
        guard try peek() == UInt8(ascii: "\"") else { throw Malformed() }
        position += 1
        while true {
            let byte = try peek()
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return
            case UInt8(ascii: "\\"): try skipEscape()
            case 0..<0x20: throw Malformed()
            default: break
            }
        }
    }

    private mutating func skipEscape() throws(Malformed) {
        let byte = try peek()
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return
        case UInt8(ascii: "u"):
            let unit = try hexUnit()
            if (0xDC00..<0xE000).contains(unit) { throw Malformed() }
            guard (0xD800..<0xDC00).contains(unit) else { return }
            try skip(word: "\\u")
            guard (0xDC00..<0xE000).contains(try hexUnit()) else { throw Malformed() }
        default: throw Malformed()
        }
    }

    private mutating func hexUnit() throws(Malformed) -> Int {
        var unit = 0
        for _ in 0..<4 {
            let byte = try peek()
            guard byte < 0x80, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw Malformed() }
            unit = unit << 4 | digit
            position += 1
        }
        return unit
    }
}
