internal import Cryptography
internal import NIOCore

/// The hashes taken of an object while it arrives.
struct ContentDigests: ~Copyable {
    private var md5 = RunningDigest(.md5)
    private var sha256: RunningDigest?

    init(sha256: Bool) {
        self.sha256 = sha256 ? RunningDigest(.sha256) : nil
    }

    mutating func update(_ bytes: ByteBufferView) {
        md5.update(bytes)
        sha256?.update(bytes)
    }

    /// The hashes in lower-case hexadecimal.
    consuming func finish() -> (md5: String, sha256: String?) {
        let first = Hex.encode(md5.finalize())
        guard let sha256 else { return (first, nil) }
        return (first, Hex.encode(sha256.finalize()))
    }
}
