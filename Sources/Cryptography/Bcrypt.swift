internal import CLibCrypt
internal import COpenSSL

/// bcrypt through libxcrypt. Every call blocks for the full cost of a hash: tens of milliseconds and more.
enum Bcrypt {
    /// Refuses what bcrypt would silently cut.
    static func check(password: String) throws(PasswordError) {
        let bytes = password.utf8
        guard bytes.count <= Limits.passwordBytesMax else {
            throw .tooLong(bytes: bytes.count, bytesMax: Limits.passwordBytesMax)
        }
        guard !bytes.contains(0) else { throw .containsNUL }
    }

    /// Refuses hashes that are not bcrypt, not of its form or too costly to check.
    static func check(hash: String) throws(PasswordError) {
        let bytes = Array(hash.utf8)
        guard bytes.first == UInt8(ascii: "$") else { throw .malformedHash }
        let parts = hash.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count >= 3 else { throw .malformedHash }
        guard ["2a", "2b", "2y"].contains(parts[1]) else { throw .unsupportedHash(scheme: String(parts[1].prefix(16))) }
        // $2a$10$ + 22 characters of salt + 31 of hash, in bcrypt's own base64.
        guard bytes.count == 60, parts.count == 4, parts[2].utf8.count == 2, parts[3].utf8.count == 53,
            parts[2].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let cost = Int(parts[2]), parts[3].utf8.allSatisfy(isLetter)
        else { throw .malformedHash }
        try check(cost: cost)
    }

    static func check(cost: Int) throws(PasswordError) {
        guard (Limits.bcryptCostMin...Limits.bcryptCostMax).contains(cost) else {
            throw .costOutOfRange(cost: cost, costMin: Limits.bcryptCostMin, costMax: Limits.bcryptCostMax)
        }
    }

    /// `$2a$`, the cost and a random salt: what a new hash starts with.
    static func newSetting(cost: Int) throws(PasswordError) -> String {
        let salt = SecureRandom.bytes(16).map { CChar(bitPattern: $0) }
        var setting = [CChar](repeating: 0, count: Int(CRYPT_GENSALT_OUTPUT_SIZE))
        let made = unsafe crypt_gensalt_rn(
            "$2a$", UInt(cost), salt, Int32(salt.count), &setting, Int32(setting.count))
        guard unsafe made != nil else { throw .failed(step: "making a salt") }
        return text(setting)
    }

    /// The hash of a checked `password` under `setting`, which is a whole hash or the start of one.
    static func hash(_ password: String, setting: String) throws(PasswordError) -> String {
        let size = MemoryLayout<crypt_data>.size
        // crypt_rn wants zeros, and the alignment that its own type has.
        let area = UnsafeMutableRawPointer.allocate(
            byteCount: size, alignment: MemoryLayout<crypt_data>.alignment)
        unsafe area.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        defer {
            unsafe OPENSSL_cleanse(area, size)
            unsafe area.deallocate()
        }
        guard let output = unsafe crypt_rn(password, setting, area, Int32(size)) else {
            throw .failed(step: "hashing")
        }
        return unsafe String(cString: output)
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
