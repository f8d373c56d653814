internal import COpenSSL

/// Collects the numbers of a key and makes the key of them.
///
/// Names are static strings because OpenSSL keeps their addresses until the key is made.
@safe struct PKeyBuilder: ~Copyable {
    private let builder: OpaquePointer
    /// OpenSSL reads these only when the key is made, so they live as long as the builder.
    private var numbers: [OpaquePointer]
    private var isComplete = true

    init() {
        guard let builder = unsafe OSSL_PARAM_BLD_new() else { preconditionFailure("no memory for a key") }
        unsafe self.builder = builder
        unsafe numbers = []
    }

    deinit {
        unsafe numbers.forEach { unsafe BN_clear_free($0) }
        unsafe OSSL_PARAM_BLD_free(builder)
    }

    /// Adds a number, given big-endian.
    mutating func add(_ name: StaticString, number bytes: [UInt8]) {
        guard let number = unsafe BN_bin2bn(bytes, Int32(bytes.count), nil) else {
            isComplete = false
            return
        }
        unsafe numbers.append(number)
        let added = unsafe PKeyBuilder.withAddress(of: name) { unsafe OSSL_PARAM_BLD_push_BN(builder, $0, number) }
        isComplete = isComplete && added == 1
    }

    /// The RSA key of the numbers added; nil if OpenSSL refuses them.
    consuming func rsaKey(isPrivate: Bool) -> PKey? {
        guard let raw = unsafe key(type: "RSA", isPrivate: isPrivate) else { return nil }
        return unsafe PKey(owning: raw)
    }

    /// The key of the numbers added and the uncompressed point `point` on `curve`; nil if OpenSSL refuses them.
    consuming func key(on curve: EllipticCurve, point: [UInt8], isPrivate: Bool) -> PKey? {
        let added = unsafe PKeyBuilder.withAddress(of: "group") { name in
            unsafe PKeyBuilder.withAddress(of: curve.group) {
                unsafe OSSL_PARAM_BLD_push_utf8_string(builder, name, $0, 0)
            }
        }
        guard added == 1 else { return nil }
        let raw: OpaquePointer? = unsafe point.withUnsafeBufferPointer { point in
            let added = unsafe PKeyBuilder.withAddress(of: "pub") {
                unsafe OSSL_PARAM_BLD_push_octet_string(builder, $0, point.baseAddress, point.count)
            }
            return unsafe added == 1 ? key(type: "EC", isPrivate: isPrivate) : nil
        }
        guard let raw = unsafe raw else { return nil }
        return unsafe PKey(owning: raw)
    }

    /// A key that the caller must own.
    private borrowing func key(type: String, isPrivate: Bool) -> OpaquePointer? {
        guard isComplete, let parameters = unsafe OSSL_PARAM_BLD_to_param(builder) else { return nil }
        defer { unsafe OSSL_PARAM_free(parameters) }
        guard let context = unsafe EVP_PKEY_CTX_new_from_name(nil, type, nil) else { return nil }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        let selection = isPrivate ? medmitra_keypair : medmitra_public_key
        var raw: OpaquePointer? = nil
        guard unsafe EVP_PKEY_fromdata_init(context) == 1,
            unsafe EVP_PKEY_fromdata(context, &raw, selection, parameters) == 1, let raw = unsafe raw
        else {
            ERR_clear_error()
            return nil
        }
        return unsafe raw
    }

    private static func withAddress(of text: StaticString, _ body: (UnsafePointer<CChar>) -> Int32) -> Int32 {
        unsafe UnsafeRawPointer(text.utf8Start).withMemoryRebound(to: CChar.self, capacity: text.utf8CodeUnitCount + 1)
        {
            unsafe body($0)
        }
    }
}
