internal import COpenSSL

/// A public key that verifies signatures in the forms that authenticators and certificates use: DER for ECDSA, raw bytes
/// for RSA (PKCS #1 v1.5) and Ed25519. For the forms of JSON Web Signatures see ``VerificationKey``.
public struct PublicKey: Sendable {
    /// What a key is and how its signatures are made.
    public enum Kind: Sendable, Hashable {
        /// ECDSA on P-256 with SHA-256.
        case p256
        /// RSASSA-PKCS1-v1_5 with SHA-256.
        case rsa
        /// Ed25519 (RFC 8032), which hashes by itself.
        case ed25519
    }

    public let kind: Kind
    private let holder: Holder

    /// Owns the key, which cannot be copied.
    private final class Holder: Sendable {
        let key: PKey
        init(_ key: consuming PKey) { self.key = key }
    }

    private init(_ kind: Kind, _ key: consuming PKey?, step: String) throws(KeyError) {
        guard let key else { throw .refused(step: step) }
        self.kind = kind
        holder = Holder(key)
    }

    /// The P-256 key with these coordinates. Throws ``KeyError`` for coordinates that are not 32 bytes and for points
    /// that are not on the curve.
    public init(p256X x: [UInt8], y: [UInt8]) throws(KeyError) {
        guard x.count == 32 else { throw .invalidMember("x") }
        guard y.count == 32 else { throw .invalidMember("y") }
        let builder = PKeyBuilder()
        try self.init(
            .p256, builder.key(on: .p256, point: [4] + x + y, isPrivate: false), step: "reading the P-256 key")
        guard holder.key.isPublicHalfSound else { throw .refused(step: "checking the public key") }
    }

    /// The RSA key with these numbers, big-endian. Throws ``KeyError`` for weak keys and sizes beyond what is affordable.
    public init(rsaModulus: [UInt8], exponent: [UInt8]) throws(KeyError) {
        let modulus = Array(rsaModulus.drop { $0 == 0 })
        let exponent = Array(exponent.drop { $0 == 0 })
        guard let low = exponent.last, low & 1 == 1, exponent.count <= 8, exponent != [1] else {
            throw .invalidMember("e")
        }
        let bits = modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)
        guard (Limits.rsaBitsMin...Limits.rsaBitsMax).contains(bits) else {
            throw .modulusSize(bits: bits, bitsMin: Limits.rsaBitsMin, bitsMax: Limits.rsaBitsMax)
        }
        var builder = PKeyBuilder()
        builder.add("n", number: modulus)
        builder.add("e", number: exponent)
        try self.init(.rsa, builder.rsaKey(isPrivate: false), step: "reading the RSA key")
    }

    /// The Ed25519 key with these 32 bytes. Throws ``KeyError`` for another length.
    public init(ed25519 bytes: [UInt8]) throws(KeyError) {
        guard bytes.count == 32 else { throw .invalidMember("x") }
        try self.init(.ed25519, PKey.ed25519(bytes), step: "reading the Ed25519 key")
    }

    /// Whether `signature` is this key's over `message`.
    public func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        switch kind {
        case .p256, .rsa: holder.key.isValid(signature, for: message.span)
        case .ed25519: holder.key.isValidUnhashed(signature, for: message)
        }
    }
}
