internal import COpenSSL

/// An asymmetric key of OpenSSL, public or with its private half.
///
/// Sendable although it holds a pointer: OpenSSL allows a finished key to be used by many threads at once, and nothing
/// here changes one.
@safe struct PKey: ~Copyable, @unchecked Sendable {
    private let raw: OpaquePointer

    /// Takes over a key that OpenSSL made.
    init(owning raw: OpaquePointer) { unsafe self.raw = raw }

    deinit { unsafe EVP_PKEY_free(raw) }

    /// Bits of the modulus or of the field.
    var bits: Int { unsafe Int(EVP_PKEY_get_bits(raw)) }

    /// Whether the public numbers make sense: for a curve, that the point is on it.
    var isPublicHalfSound: Bool {
        guard let context = unsafe EVP_PKEY_CTX_new_from_pkey(nil, raw, nil) else { return false }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        return unsafe EVP_PKEY_public_check(context) == 1
    }

    /// A signature with SHA-256 in OpenSSL's form (DER for ECDSA); nil if the key cannot sign.
    func sign(_ message: [UInt8]) -> [UInt8]? {
        guard let context = unsafe EVP_MD_CTX_new() else { return nil }
        defer { unsafe EVP_MD_CTX_free(context) }
        var count = 0
        guard unsafe EVP_DigestSignInit_ex(context, nil, "SHA2-256", nil, nil, raw, nil) == 1,
            unsafe EVP_DigestSign(context, nil, &count, message, message.count) == 1
        else { return nil }
        var signature = [UInt8](repeating: 0, count: count)
        guard unsafe EVP_DigestSign(context, &signature, &count, message, message.count) == 1 else { return nil }
        return Array(signature.prefix(count))
    }

    /// Whether `signature`, in OpenSSL's form, is this key's over `message` with SHA-256.
    func isValid(_ signature: [UInt8], for message: Span<UInt8>) -> Bool {
        isValid(signature, for: message, digest: "SHA2-256")
    }

    /// Whether `signature` is this key's over `message`, for algorithms that hash by themselves.
    func isValidUnhashed(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        isValid(signature, for: message.span, digest: nil)
    }

    /// Whether `signature`, in OpenSSL's form, is this key's over `message` hashed with `digest`; for an RSA key padded as
    /// PSS if `isPSS`, with a salt as long as the hash.
    func isValid(
        _ signature: [UInt8], for message: Span<UInt8>, digest: String?, isPSS: Bool = false
    ) -> Bool {
        guard let context = unsafe EVP_MD_CTX_new() else { return false }
        defer { unsafe EVP_MD_CTX_free(context) }
        // Owned by `context`.
        var operation: OpaquePointer? = nil
        let isReady =
            if let digest {
                unsafe EVP_DigestVerifyInit_ex(context, &operation, digest, nil, nil, raw, nil)
            } else {
                unsafe EVP_DigestVerifyInit_ex(context, nil, nil, nil, nil, raw, nil)
            }
        guard isReady == 1 else { return false }
        if isPSS {
            guard unsafe EVP_PKEY_CTX_set_rsa_padding(operation, RSA_PKCS1_PSS_PADDING) == 1,
                unsafe EVP_PKEY_CTX_set_rsa_pss_saltlen(operation, RSA_PSS_SALTLEN_DIGEST) == 1
            else {
                ERR_clear_error()
                return false
            }
        }
        let result = unsafe message.withUnsafeBufferPointer { message in
            unsafe EVP_DigestVerify(context, signature, signature.count, message.baseAddress, message.count)
        }
        // A refused signature leaves reasons in the thread's error queue; other users of OpenSSL would find them there.
        if result != 1 { ERR_clear_error() }
        return result == 1
    }

    /// The encoded public key of an Edwards curve; nil if the key is none.
    var publicBytes: [UInt8]? {
        var count = 0
        guard unsafe EVP_PKEY_get_raw_public_key(raw, nil, &count) == 1 else { return nil }
        var bytes = [UInt8](repeating: 0, count: count)
        guard unsafe EVP_PKEY_get_raw_public_key(raw, &bytes, &count) == 1 else { return nil }
        return Array(bytes.prefix(count))
    }

    /// A number of the key, big-endian in at least `width` bytes; nil if the key has none of that name.
    func number(_ name: String, width: Int = 0) -> [UInt8]? {
        var number: OpaquePointer? = nil
        guard unsafe EVP_PKEY_get_bn_param(raw, name, &number) == 1, let number = unsafe number else { return nil }
        defer { unsafe BN_clear_free(number) }
        let count = max(width, Int(unsafe (BN_num_bits(number) + 7) / 8))
        var bytes = [UInt8](repeating: 0, count: count)
        guard unsafe BN_bn2binpad(number, &bytes, Int32(count)) == Int32(count) else { return nil }
        return bytes
    }

    /// A new key pair: RSA with `rsaBits`, or P-256 for nil.
    static func generate(rsaBits: Int?) -> PKey? {
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, rsaBits == nil ? "EC" : "RSA", nil) else {
            return nil
        }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        guard unsafe EVP_PKEY_keygen_init(context) == 1 else { return nil }
        if let rsaBits {
            guard unsafe EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(rsaBits)) == 1 else { return nil }
        } else {
            guard unsafe EVP_PKEY_CTX_set_group_name(context, "prime256v1") == 1 else { return nil }
        }
        var raw: OpaquePointer? = nil
        guard unsafe EVP_PKEY_generate(context, &raw) == 1, let raw = unsafe raw else { return nil }
        return unsafe PKey(owning: raw)
    }
}
