internal import COpenSSL

/// A hash function as OpenSSL's providers implement it, fetched once: looking it up by name at every use would cost
/// more than hashing a token. Never freed, because it lives as long as the program.
///
/// Sendable although it holds a pointer: OpenSSL does not change an algorithm object once it is fetched.
@safe struct FetchedDigest: @unchecked Sendable {
    let raw: OpaquePointer

    private init(_ algorithm: DigestAlgorithm) {
        guard let raw = unsafe EVP_MD_fetch(nil, algorithm.rawValue, nil) else {
            preconditionFailure("OpenSSL on this machine is configured without \(algorithm.rawValue)")
        }
        unsafe self.raw = raw
    }

    static let md5 = FetchedDigest(.md5)
    static let sha1 = FetchedDigest(.sha1)
    static let sha224 = FetchedDigest(.sha224)
    static let sha256 = FetchedDigest(.sha256)
    static let sha384 = FetchedDigest(.sha384)
    static let sha512 = FetchedDigest(.sha512)
}
