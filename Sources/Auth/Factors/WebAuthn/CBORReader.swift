/// Reads CBOR items from bytes, within ``FactorLimits``.
struct CBORReader {
    private let bytes: [UInt8]
    private(set) var position = 0
    private var items = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The one item that all of `bytes` is. Throws ``CBORError``.
    static func read(_ bytes: [UInt8]) throws(CBORError) -> CBOR {
        var reader = CBORReader(bytes)
        let item = try reader.item()
        guard reader.position == bytes.count else { throw .trailingBytes(offset: reader.position) }
        return item
    }

    /// The next item; ``position`` is behind it afterwards.
    mutating func item() throws(CBORError) -> CBOR { try item(depth: 0) }

    private mutating func item(depth: Int) throws(CBORError) -> CBOR {
        guard depth <= FactorLimits.cborDepthMax else { throw .tooDeep }
        items += 1
        guard items <= FactorLimits.cborItemsMax else { throw .tooManyItems }
        let start = position
        let initial = try byte()
        let kind = initial >> 5
        // Kind 7 has no number behind it in the forms accepted here.
        if kind == 7 { return try simple(initial & 31, start) }
        let number = try argument(initial & 31, start)
        switch kind {
        case 0: return .int(number)
        case 1: return .int(-1 - number)
        case 2: return .bytes(Array(try take(number)))
        case 3:
            guard let text = String(validating: try take(number), as: UTF8.self) else { throw .notUTF8(offset: start) }
            return .text(text)
        case 4: return try array(count: number, depth: depth)
        case 5: return try map(count: number, depth: depth)
        default: throw .unsupported(offset: start)
        }
    }

    private func simple(_ value: UInt8, _ start: Int) throws(CBORError) -> CBOR {
        switch value {
        case 20: .bool(false)
        case 21: .bool(true)
        case 22: .null
        default: throw .unsupported(offset: start)
        }
    }

    /// The number in or behind an initial byte.
    private mutating func argument(_ information: UInt8, _ start: Int) throws(CBORError) -> Int {
        guard information >= 24 else { return Int(information) }
        guard information <= 27 else { throw .unsupported(offset: start) }
        let digits = try take(1 << Int(information - 24))
        let number = digits.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        guard let value = Int(exactly: number) else { throw .unsupported(offset: start) }
        return value
    }

    private mutating func array(count: Int, depth: Int) throws(CBORError) -> CBOR {
        // A count is only a claim: nothing is reserved for it.
        var array: [CBOR] = []
        for _ in 0..<count { array.append(try item(depth: depth + 1)) }
        return .array(array)
    }

    private mutating func map(count: Int, depth: Int) throws(CBORError) -> CBOR {
        var entries: [CBOR.Entry] = []
        var keys: Set<CBOR> = []
        for _ in 0..<count {
            let start = position
            let key = try item(depth: depth + 1)
            guard keys.insert(key).inserted else { throw .duplicateKey(offset: start) }
            entries.append(CBOR.Entry(key: key, value: try item(depth: depth + 1)))
        }
        return .map(entries)
    }

    private mutating func byte() throws(CBORError) -> UInt8 {
        guard position < bytes.count else { throw .unexpectedEnd }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func take(_ count: Int) throws(CBORError) -> ArraySlice<UInt8> {
        guard count <= bytes.count - position else { throw .unexpectedEnd }
        defer { position += count }
        return bytes[position..<position + count]
    }
}
