/// The URL-safe base64 alphabet without padding (RFC 4648, section 5, as RFC 7515 uses it).
public enum Base64URL {
    /// The text for `bytes`.
    public static func encode(_ bytes: [UInt8]) -> String {
        String(decoding: Base64Alphabet.urlSafe.encode(bytes.span), as: UTF8.self)
    }

    /// The bytes for `text`; nil for padding, bytes outside the alphabet, impossible lengths and trailing bits that are
    /// not zero.
    public static func decode(_ text: String) -> [UInt8]? { decode(Array(text.utf8).span) }

    /// The bytes for text in UTF-8; nil as for ``decode(_:)-(String)``.
    public static func decode(_ text: Span<UInt8>) -> [UInt8]? { Base64Alphabet.urlSafe.decode(text) }
}
