/// UUIDs as text (RFC 9562, section 4), checked before PostgreSQL sees them.
enum UUIDText {
    /// What old tokens carry for "none".
    static let zero = "00000000-0000-0000-0000-000000000000"

    /// The canonical lower-case form, or nil if `text` is not 36 characters of hexadecimal digits and hyphens in place.
    static func canonical(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return nil }
        for (index, byte) in bytes.enumerated() {
            if [8, 13, 18, 23].contains(index) {
                guard byte == UInt8(ascii: "-") else { return nil }
            } else {
                let isHex = isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
                guard isHex else { return nil }
            }
        }
        return text.lowercased()
    }
}
