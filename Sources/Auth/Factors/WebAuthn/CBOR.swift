/// A CBOR item (RFC 8949), of the kinds that authenticators write: the canonical form of CTAP2 has neither tags nor
/// floating-point numbers nor lengths that are left open, so these are refused.
indirect enum CBOR: Sendable, Hashable {
    case int(Int)
    case bytes([UInt8])
    case text(String)
    case array([CBOR])
    case map([Entry])
    case bool(Bool)
    case null

    struct Entry: Sendable, Hashable {
        let key: CBOR
        let value: CBOR
    }

    /// The value of a map under `key`; nil for other kinds.
    subscript(key: CBOR) -> CBOR? {
        guard case .map(let entries) = self else { return nil }
        return entries.first { $0.key == key }?.value
    }

    subscript(key: String) -> CBOR? { self[.text(key)] }
    subscript(key: Int) -> CBOR? { self[.int(key)] }

    var int: Int? { if case .int(let value) = self { value } else { nil } }
    var bytes: [UInt8]? { if case .bytes(let value) = self { value } else { nil } }
    var text: String? { if case .text(let value) = self { value } else { nil } }
    var array: [CBOR]? { if case .array(let value) = self { value } else { nil } }
    var isMap: Bool { if case .map = self { true } else { false } }
    var isEmptyMap: Bool { if case .map(let entries) = self { entries.isEmpty } else { false } }
}

/// Why bytes are no acceptable CBOR. `offset` counts from the start.
enum CBORError: Error, Sendable, Hashable {
    case unexpectedEnd
    /// A kind that the canonical form does not have, or a number beyond 64 bits with sign.
    case unsupported(offset: Int)
    case notUTF8(offset: Int)
    case duplicateKey(offset: Int)
    case tooDeep
    case tooManyItems
    case trailingBytes(offset: Int)
}
