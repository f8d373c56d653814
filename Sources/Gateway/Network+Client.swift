internal import Cryptography

extension Network {
    /// What stands for one client when requests are counted: an IPv4 address, or the first 64 bits of an IPv6 address, of
    /// which every connection has as many as it likes. Nil for what is no address and for this machine's own addresses,
    /// behind which, without a proxy that says for whom it speaks, anybody may be.
    public static func client(of address: String) -> String? {
        guard let bytes = parse(address) else { return nil }
        if bytes.count == 4 { return bytes[0] == 127 ? nil : Hex.encode(bytes) }
        guard bytes != [UInt8](repeating: 0, count: 15) + [1] else { return nil }
        return Hex.encode(Array(bytes.prefix(8)))
    }
}
