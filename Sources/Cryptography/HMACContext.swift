internal import COpenSSL

/// A keyed HMAC computation that can be used again and again.
///
/// Sendable although it holds a pointer: the value is unique, and only its one owner can reach the pointer.
@safe struct HMACContext: ~Copyable, @unchecked Sendable {
    private let context: OpaquePointer
    private let byteCount: Int

    init(key: [UInt8], algorithm: DigestAlgorithm) {
        guard let context = unsafe EVP_MAC_CTX_new(FetchedMAC.hmac.raw) else {
            preconditionFailure("no memory for an HMAC")
        }
        unsafe self.context = context
        byteCount = algorithm.byteCount
        var name = Array(algorithm.rawValue.utf8CString)
        // OpenSSL takes a key that is absent for "the key as before", so an empty key needs an address too.
        let keyed = key.isEmpty ? [0] : key
        let started = unsafe name.withUnsafeMutableBufferPointer { name in
            var parameters = unsafe [
                OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.baseAddress, 0),
                OSSL_PARAM_construct_end(),
            ]
            return unsafe EVP_MAC_init(context, keyed, key.count, &parameters)
        }
        precondition(started == 1, "HMAC with \(algorithm.rawValue) starts")
    }

    deinit { unsafe EVP_MAC_CTX_free(context) }

    mutating func authenticate(_ message: Span<UInt8>) -> [UInt8] {
        let restarted = unsafe EVP_MAC_init(context, nil, 0, nil)
        let added = unsafe message.withUnsafeBufferPointer { message in
            unsafe message.isEmpty ? 1 : EVP_MAC_update(context, message.baseAddress, message.count)
        }
        precondition(restarted == 1 && added == 1, "HMAC takes a message")
        return unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, initialized in
            let finished = unsafe EVP_MAC_final(context, buffer.baseAddress, &initialized, buffer.count)
            precondition(finished == 1 && initialized == byteCount, "HMAC finishes")
        }
    }
}

/// OpenSSL's HMAC, fetched once and never freed.
///
/// Sendable although it holds a pointer: OpenSSL does not change an algorithm object once it is fetched.
@safe struct FetchedMAC: @unchecked Sendable {
    let raw: OpaquePointer

    static let hmac = FetchedMAC()

    private init() {
        guard let raw = unsafe EVP_MAC_fetch(nil, "HMAC", nil) else {
            preconditionFailure("OpenSSL on this machine is configured without HMAC")
        }
        unsafe self.raw = raw
    }
}
