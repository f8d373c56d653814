internal import Cryptography

/// The public key of a credential (RFC 9053), as authenticators write it.
struct COSEKey: Sendable {
    /// The algorithms that are asked for, best first. The numbers are those of the COSE registry.
    enum Algorithm: Int, Sendable, CaseIterable {
        case es256 = -7
        case edDSA = -8
        case rs256 = -257
    }

    let algorithm: Algorithm
    let key: PublicKey

    private enum Label {
        static let keyType = 1
        static let algorithm = 3
        /// Of curves: the curve, x and y. RSA uses the first two for its numbers.
        static let first = -1
        static let second = -2
        static let third = -3
    }

    /// Reads a whole COSE key. Throws `.malformed(.key)`, or `.unsupportedKey` for what was not asked for and for numbers
    /// that make no sound key.
    init(_ bytes: [UInt8]) throws(WebAuthnFault) {
        let map: CBOR
        do throws(CBORError) { map = try CBORReader.read(bytes) } catch { throw .malformed(.key) }
        try self.init(map)
    }

    init(_ map: CBOR) throws(WebAuthnFault) {
        guard map.isMap, let type = map[Label.keyType]?.int, let number = map[Label.algorithm]?.int else {
            throw .malformed(.key)
        }
        guard let algorithm = Algorithm(rawValue: number) else { throw .unsupportedKey }
        self.algorithm = algorithm
        do throws(KeyError) {
            switch (algorithm, type) {
            case (.es256, 2):
                guard map[Label.first]?.int == 1 else { throw KeyError.unsupported(member: "crv", value: "") }
                key = try PublicKey(p256X: map[Label.second]?.bytes ?? [], y: map[Label.third]?.bytes ?? [])
            case (.edDSA, 1):
                guard map[Label.first]?.int == 6 else { throw KeyError.unsupported(member: "crv", value: "") }
                key = try PublicKey(ed25519: map[Label.second]?.bytes ?? [])
            case (.rs256, 3):
                key = try PublicKey(
                    rsaModulus: map[Label.first]?.bytes ?? [], exponent: map[Label.second]?.bytes ?? [])
            default: throw KeyError.unsupported(member: "kty", value: "")
            }
        } catch {
            throw .unsupportedKey
        }
    }
}
