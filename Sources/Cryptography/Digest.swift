/// Hashes of bytes that are all at hand. For bytes that arrive in pieces see ``RunningDigest``.
public enum Digest {
    /// The hash of `bytes`.
    public static func hash(_ algorithm: DigestAlgorithm, of bytes: [UInt8]) -> [UInt8] {
        hash(algorithm, of: bytes.span)
    }

    /// The hash of `bytes`.
    public static func hash(_ algorithm: DigestAlgorithm, of bytes: Span<UInt8>) -> [UInt8] {
        var digest = RunningDigest(algorithm)
        digest.update(bytes)
        return digest.finalize()
    }

    /// The hash of `text` in UTF-8.
    public static func hash(_ algorithm: DigestAlgorithm, of text: String) -> [UInt8] {
        hash(algorithm, of: Array(text.utf8))
    }
}
