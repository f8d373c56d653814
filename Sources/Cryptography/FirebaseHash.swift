internal import COpenSSL

/// A hash as Firebase Authentication exports it and Supabase stores it:
/// `$fbscrypt$v=1,n=<log2 N>,r=<r>,p=<p>,ss=<salt separator>,sk=<signer key>$<salt>$<hash>`, all bytes in base64. The hash
/// is the signer key, encrypted with AES-256 in counter mode under scrypt of the password over salt and separator.
struct FirebaseHash: Sendable, Hashable {
    /// Base-2 logarithm of scrypt's N.
    let exponent: Int
    let blocks: Int
    let lanes: Int
    let separator: [UInt8]
    let signerKey: [UInt8]
    let salt: [UInt8]
    let hash: [UInt8]

    /// Throws `.malformedHash` for another form, and `.parameterOutOfRange` for more work than is affordable.
    init(_ text: String) throws(PasswordError) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0].isEmpty, parts[1] == "fbscrypt" else { throw .malformedHash }
        let fields = parts[2].split(separator: ",", omittingEmptySubsequences: false)
        guard fields.count == 6, fields[0] == "v=1", fields[4].hasPrefix("ss="), fields[5].hasPrefix("sk="),
            let numbers = HashParameters(
                Substring(fields[1...3].joined(separator: ",")), names: ["n", "r", "p"]),
            let separator = Base64.decode(String(fields[4].dropFirst(3))),
            let signerKey = Base64.decode(String(fields[5].dropFirst(3))),
            let salt = Base64.decode(String(parts[3])), let hash = Base64.decode(String(parts[4]))
        else { throw .malformedHash }
        try numbers.check("n", 1...Limits.scryptExponentMax)
        try numbers.check("r", 1...Limits.scryptBlocksMax)
        try numbers.check("p", 1...Limits.scryptLanesMax)
        (exponent, blocks, lanes) = (numbers["n"], numbers["r"], numbers["p"])
        guard !signerKey.isEmpty, signerKey.count <= Limits.signerKeyBytesMax, hash.count == signerKey.count,
            !salt.isEmpty, salt.count + separator.count <= Limits.signerKeyBytesMax
        else { throw .malformedHash }
        // scrypt keeps 128 * r * N bytes (RFC 7914, section 2).
        let memory = 128 * blocks << exponent
        guard memory <= Limits.scryptMemoryMax else {
            throw .parameterOutOfRange(name: "memory", value: memory, min: 0, max: Limits.scryptMemoryMax)
        }
        (self.separator, self.signerKey, self.salt, self.hash) = (separator, signerKey, salt, hash)
    }

    /// Whether a checked `password` belongs to the hash. Blocks for the full cost.
    func matches(_ password: String) throws(PasswordError) -> Bool {
        constantTimeEqual(try encrypted(under: try derivedKey(password)), hash)
    }

    private func derivedKey(_ password: String) throws(PasswordError) -> [UInt8] {
        let bytes = Array(password.utf8).map { CChar(bitPattern: $0) }
        let salted = salt + separator
        var key = [UInt8](repeating: 0, count: 32)
        // Room beside the big array for the small ones.
        let memoryMax = UInt64(Limits.scryptMemoryMax) + 64 << 20
        let done = unsafe EVP_PBE_scrypt(
            bytes, bytes.count, salted, salted.count, 1 << UInt64(exponent), UInt64(blocks), UInt64(lanes), memoryMax,
            &key, key.count)
        guard done == 1 else { throw .failed(step: "scrypt") }
        return key
    }

    private func encrypted(under key: [UInt8]) throws(PasswordError) -> [UInt8] {
        let zero = [UInt8](repeating: 0, count: 16)
        var output = [UInt8](repeating: 0, count: signerKey.count + 16)
        var count: Int32 = 0
        guard let context = unsafe EVP_CIPHER_CTX_new() else { throw .failed(step: "making a cipher") }
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        guard unsafe EVP_EncryptInit_ex(context, EVP_aes_256_ctr(), nil, key, zero) == 1,
            unsafe EVP_EncryptUpdate(context, &output, &count, signerKey, Int32(signerKey.count)) == 1,
            Int(count) == signerKey.count
        else { throw .failed(step: "encrypting") }
        return Array(output.prefix(signerKey.count))
    }
}
