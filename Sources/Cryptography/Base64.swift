/// The standard base64 alphabet with padding (RFC 4648, section 4).
public enum Base64 {
    /// The text for `bytes`, padded unless `padded` is false.
    public static func encode(_ bytes: [UInt8], padded: Bool = true) -> String {
        var text = Base64Alphabet.standard.encode(bytes.span)
        while padded && text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes for `text`, which is either padded in full or not at all; nil for bytes outside the alphabet,
    /// impossible lengths and trailing bits that are not zero.
    public static func decode(_ text: String) -> [UInt8]? {
        var letters = Array(text.utf8)
        if letters.count % 4 == 0 {
            for _ in 0..<2 where letters.last == UInt8(ascii: "=") { letters.removeLast() }
        }
        return Base64Alphabet.standard.decode(letters.span)
    }
}
