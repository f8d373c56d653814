@testable import Auth

extension CBOR {
    /// The item in CTAP2's canonical form, save for the order of maps, which is kept.
    var encoded: [UInt8] {
        switch self {
        case .int(let value) where value >= 0: CBOR.head(0, value)
        case .int(let value): CBOR.head(1, -1 - value)
        case .bytes(let bytes): CBOR.head(2, bytes.count) + bytes
        case .text(let text): CBOR.head(3, text.utf8.count) + Array(text.utf8)
        case .array(let items): CBOR.head(4, items.count) + items.flatMap(\.encoded)
        case .map(let entries): CBOR.head(5, entries.count) + entries.flatMap { $0.key.encoded + $0.value.encoded }
        case .bool(let value): [value ? 0xF5 : 0xF4]
        case .null: [0xF6]
        }
    }

    static func object(_ members: [(CBOR, CBOR)]) -> CBOR {
        .map(members.map { Entry(key: $0.0, value: $0.1) })
    }

    private static func head(_ kind: UInt8, _ number: Int) -> [UInt8] {
        let initial = kind << 5
        switch number {
        case ..<24: return [initial | UInt8(number)]
        case ..<0x100: return [initial | 24, UInt8(number)]
        case ..<0x1_0000: return [initial | 25] + bigEndian(number, 2)
        case ..<0x1_0000_0000: return [initial | 26] + bigEndian(number, 4)
        default: return [initial | 27] + bigEndian(number, 8)
        }
    }

    static func bigEndian(_ number: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * (count - 1 - $0))) }
    }
}
