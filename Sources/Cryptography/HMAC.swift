/// Message authentication with a shared key (RFC 2104).
public enum HMAC {
    /// The authentication code of `message` under `key`.
    public static func authenticate(
        _ message: [UInt8], key: [UInt8], using algorithm: DigestAlgorithm = .sha256
    ) -> [UInt8] {
        var context = HMACContext(key: key, algorithm: algorithm)
        return context.authenticate(message.span)
    }

    /// Whether `code` is the authentication code of `message` under `key`, compared in constant time.
    public static func isValid(
        _ code: [UInt8], for message: [UInt8], key: [UInt8], using algorithm: DigestAlgorithm = .sha256
    ) -> Bool {
        constantTimeEqual(code, authenticate(message, key: key, using: algorithm))
    }
}
