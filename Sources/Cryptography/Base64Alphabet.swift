/// The 64 letters of a base64 variant (RFC 4648) and how they are read back.
struct Base64Alphabet: Sendable {
    private let letters: [UInt8]
    /// Value of each byte as a letter; 0xFF for bytes that are none.
    private let values: [UInt8]

    static let standard = Base64Alphabet(last: "+/")
    static let urlSafe = Base64Alphabet(last: "-_")

    private init(last: String) {
        letters = Array(("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + last).utf8)
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, letter) in letters.enumerated() { values[Int(letter)] = UInt8(value) }
        self.values = values
    }

    /// The letters for `bytes`, without padding.
    func encode(_ bytes: Span<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 4 + 2) / 3 + 2)
        var index = 0
        while index + 3 <= bytes.count {
            let group = UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
            text.append(letters[Int(group >> 18)])
            text.append(letters[Int(group >> 12 & 63)])
            text.append(letters[Int(group >> 6 & 63)])
            text.append(letters[Int(group & 63)])
            index += 3
        }
        switch bytes.count - index {
        case 1:
            text.append(letters[Int(bytes[index] >> 2)])
            text.append(letters[Int(bytes[index] & 3) << 4])
        case 2:
            let pair = Int(bytes[index]) << 8 | Int(bytes[index + 1])
            text.append(letters[pair >> 10])
            text.append(letters[pair >> 4 & 63])
            text.append(letters[pair << 2 & 63])
        default: break
        }
        return text
    }

    /// The bytes that unpadded `text` stands for; nil for bytes that are no letters, for a length that no encoder
    /// makes and for bits left over that are not zero: a second spelling of the same bytes.
    func decode(_ text: Span<UInt8>) -> [UInt8]? {
        let rest = text.count & 3
        guard rest != 1 else { return nil }
        let count = text.count / 4 * 3 + (rest > 0 ? rest - 1 : 0)
        var isValid = true
        // Every token passes here: the loops below read and write within what the two counts say.
        let bytes = unsafe text.withUnsafeBufferPointer { text in
            unsafe values.withUnsafeBufferPointer { values in
                unsafe [UInt8](unsafeUninitializedCapacity: count) { bytes, initialized in
                    isValid = unsafe Base64Alphabet.decode(text, values, into: bytes)
                    initialized = isValid ? count : 0
                }
            }
        }
        return isValid ? bytes : nil
    }

    /// False for bytes that are no letters and for bits left over. `values` has a value for each byte there is, and
    /// `bytes` has room for all that `text` stands for.
    private static func decode(
        _ text: UnsafeBufferPointer<UInt8>, _ values: UnsafeBufferPointer<UInt8>,
        into bytes: UnsafeMutableBufferPointer<UInt8>
    ) -> Bool {
        let rest = text.count & 3
        let whole = text.count - rest
        // Values of letters are below 64, so a set high bit means that some byte was no letter.
        var seen: UInt8 = 0
        var target = 0
        var index = 0
        while index < whole {
            let first = unsafe values[Int(text[index])]
            let second = unsafe values[Int(text[index &+ 1])]
            let third = unsafe values[Int(text[index &+ 2])]
            let fourth = unsafe values[Int(text[index &+ 3])]
            seen |= first | second | third | fourth
            unsafe bytes[target] = first << 2 | second >> 4
            unsafe bytes[target &+ 1] = second << 4 | third >> 2
            unsafe bytes[target &+ 2] = third << 6 | fourth
            target &+= 3
            index &+= 4
        }
        if rest >= 2 {
            let first = unsafe values[Int(text[index])]
            let second = unsafe values[Int(text[index + 1])]
            let third = unsafe rest == 3 ? values[Int(text[index + 2])] : 0
            seen |= first | second | third
            guard (rest == 3 ? third & 0x03 : second & 0x0F) == 0 else { return false }
            unsafe bytes[target] = first << 2 | second >> 4
            if rest == 3 { unsafe bytes[target + 1] = second << 4 | third >> 2 }
        }
        return seen & 0x80 == 0
    }
}
