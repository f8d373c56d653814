internal import COpenSSL

extension PKey {
    /// The public Ed25519 key of 32 bytes; nil if OpenSSL refuses them.
    static func ed25519(_ bytes: [UInt8]) -> PKey? { edwards(.ed25519, bytes) }

    /// The public key of these bytes on `curve`; nil if OpenSSL refuses them, for example for their number.
    static func edwards(_ curve: EdwardsCurve, _ bytes: [UInt8]) -> PKey? {
        let type =
            switch curve {
            case .ed25519: EVP_PKEY_ED25519
            case .ed448: EVP_PKEY_ED448
            }
        guard let raw = unsafe EVP_PKEY_new_raw_public_key(type, nil, bytes, bytes.count) else {
            ERR_clear_error()
            return nil
        }
        return unsafe PKey(owning: raw)
    }
}
