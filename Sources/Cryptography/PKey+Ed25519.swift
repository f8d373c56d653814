internal import COpenSSL

extension PKey {
    /// The public Ed25519 key of 32 bytes; nil if OpenSSL refuses them.
    static func ed25519(_ bytes: [UInt8]) -> PKey? {
        guard let raw = unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count) else {
            ERR_clear_error()
            return nil
        }
        return unsafe PKey(owning: raw)
    }
}
