internal import CLibArgon2
internal import Synchronization

/// A stored argon2i or argon2id hash in the PHC string format, version 1.3:
/// `$argon2id$v=19$m=65536,t=3,p=4$<salt>$<hash>`, both in base64 without padding.
struct Argon2Hash: Sendable, Hashable {
    let isID: Bool
    /// Memory in KiB.
    let memory: Int
    let passes: Int
    let lanes: Int
    let salt: [UInt8]
    let hash: [UInt8]

    /// Throws `.malformedHash` for another form, and `.parameterOutOfRange` for more work than is affordable.
    init(_ text: String) throws(PasswordError) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, ["argon2i", "argon2id"].contains(parts[1]), parts[2] == "v=19",
            let numbers = HashParameters(parts[3], names: ["m", "t", "p"]),
            let salt = Base64.decodeUnpadded(parts[4]), let hash = Base64.decodeUnpadded(parts[5])
        else { throw .malformedHash }
        isID = parts[1] == "argon2id"
        (memory, passes, lanes) = (numbers["m"], numbers["t"], numbers["p"])
        try numbers.check("t", 1...Limits.argon2PassesMax)
        try numbers.check("p", 1...Limits.argon2LanesMax)
        // The least that the algorithm defines (RFC 9106, section 3.1).
        try numbers.check("m", 8 * lanes...Limits.argon2MemoryMax)
        guard Limits.argon2SaltBytes.contains(salt.count), Limits.argon2HashBytes.contains(hash.count) else {
            throw .malformedHash
        }
        self.salt = salt
        self.hash = hash
    }

    /// Whether a checked `password` belongs to the hash. Blocks for the full cost.
    func matches(_ password: String) throws(PasswordError) -> Bool {
        guard memory > Limits.argon2MemoryShared else { return try compute(password) }
        // A hash of a gibibyte is no reason to take as many as there are threads.
        return try Argon2Hash.large.withLock { _ throws(PasswordError) in try compute(password) }
    }

    private static let large = Mutex<Void>(())

    private func compute(_ password: String) throws(PasswordError) -> Bool {
        let bytes = Array(password.utf8)
        var computed = [UInt8](repeating: 0, count: hash.count)
        let status = unsafe medmitra_argon2(
            isID ? 1 : 0, UInt32(passes), UInt32(memory), UInt32(lanes), bytes, UInt32(bytes.count), salt,
            UInt32(salt.count), &computed, UInt32(computed.count))
        guard status == 0 else { throw .failed(step: "argon2") }
        return constantTimeEqual(computed, hash)
    }
}
