internal import COpenSSL

/// The two spellings of an ECDSA signature: JOSE writes r and s, each as wide as the curve (RFC 7518, section 3.4),
/// OpenSSL as DER.
enum ECDSASignature {
    /// DER for the bytes of r and s; nil for a length that is not the curve's.
    static func der(joining raw: [UInt8], on curve: EllipticCurve) -> [UInt8]? {
        let half = curve.width
        guard raw.count == 2 * half, let signature = unsafe ECDSA_SIG_new() else { return nil }
        defer { unsafe ECDSA_SIG_free(signature) }
        guard let r = unsafe BN_bin2bn(Array(raw[..<half]), Int32(half), nil) else { return nil }
        guard let s = unsafe BN_bin2bn(Array(raw[half...]), Int32(half), nil) else {
            unsafe BN_free(r)
            return nil
        }
        // The signature owns both numbers from here on.
        guard unsafe ECDSA_SIG_set0(signature, r, s) == 1 else {
            unsafe BN_free(r)
            unsafe BN_free(s)
            return nil
        }
        let count = unsafe i2d_ECDSA_SIG(signature, nil)
        guard count > 0 else { return nil }
        var der = [UInt8](repeating: 0, count: Int(count))
        let written = unsafe der.withUnsafeMutableBufferPointer { buffer in
            var cursor = buffer.baseAddress
            return unsafe i2d_ECDSA_SIG(signature, &cursor)
        }
        return written == count ? der : nil
    }

    /// The bytes of r and s in a DER signature; nil if it is none of the curve.
    static func raw(splitting der: [UInt8], on curve: EllipticCurve) -> [UInt8]? {
        let half = curve.width
        let signature = unsafe der.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            return unsafe d2i_ECDSA_SIG(nil, &cursor, buffer.count)
        }
        guard let signature = unsafe signature else { return nil }
        defer { unsafe ECDSA_SIG_free(signature) }
        var r = [UInt8](repeating: 0, count: half)
        var s = r
        guard unsafe BN_bn2binpad(ECDSA_SIG_get0_r(signature), &r, Int32(half)) == Int32(half),
            unsafe BN_bn2binpad(ECDSA_SIG_get0_s(signature), &s, Int32(half)) == Int32(half)
        else { return nil }
        return r + s
    }
}
