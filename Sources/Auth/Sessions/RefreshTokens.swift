internal import Core
internal import Cryptography

/// Version 1 refresh tokens: 62 random bits as text. Only their digests are stored, where a restored database may hold
/// the tokens themselves.
enum RefreshTokens {
    static func make() -> String {
        SecureRandom.text(length: length, alphabet: SecureRandom.lowerCaseAlphanumerics)
    }

    private static let length = AuthLimits.refreshTokenCharacters.lowerBound

    /// The successor of a token: the same for whoever has the token and the service's key, so that a client whose answer
    /// was lost gets the same one again although only its digest is kept.
    ///
    /// - Parameter sibling: tells apart the successors that one token was given.
    static func successor(of token: String, sibling: Int, key: ServiceKey) -> String {
        let letters = Array(SecureRandom.lowerCaseAlphanumerics.utf8)
        var text: [UInt8] = []
        var block = 0
        while text.count < length {
            // Bytes from 252 on would make some letters likelier than others.
            for byte in key.code(.refreshToken, ["\(sibling)", "\(block)", token]) where byte < 252 {
                if text.count < length { text.append(letters[Int(byte) % letters.count]) }
            }
            block += 1
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// What is stored in place of a token. It has 62 random bits, so neither salt nor slow hash is needed; the colon keeps
    /// it from ever being taken for a token.
    static func stored(_ token: String) -> String {
        "sha256:" + Base64URL.encode(Digest.hash(.sha256, of: token))
    }

    /// How a token may be found in the database: by its digest, or as it is in one that was restored.
    static func spellings(_ token: String) -> [String] { [stored(token), token] }

    /// Whether a text can be a refresh token of any version.
    static func isPlausible(_ text: String) -> Bool {
        AuthLimits.refreshTokenCharacters.contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            }
    }
}
