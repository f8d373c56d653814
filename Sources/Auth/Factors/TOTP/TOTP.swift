internal import Core
internal import Cryptography

/// Time-based one-time passwords (RFC 6238) as every authenticator app makes them: SHA-1, six digits, 30 seconds.
struct TOTP: Sendable {
    /// Digits of a code.
    static let digits = 6
    /// Seconds of a time step.
    static let period = 30
    /// Steps that the two clocks may be apart, either way.
    static let skew = 1

    private let key: Secret<[UInt8]>

    init(key: [UInt8]) { self.key = Secret(key) }

    /// The generator of a stored secret; nil if it is none.
    init?(secret: String) {
        guard secret.utf8.count <= FactorLimits.secretCharactersMax, let key = Base32.decode(secret), !key.isEmpty
        else { return nil }
        self.init(key: key)
    }

    static func step(at time: Timestamp) -> Int { time.seconds / period }

    /// The code of a time step, or of a counter (RFC 4226, section 5.3).
    func code(step: Int) -> String {
        let counter = (0..<8).map { UInt8(truncatingIfNeeded: step >> (56 - 8 * $0)) }
        let hash = HMAC.authenticate(counter, key: key.reveal(), using: .sha1)
        let offset = Int(hash[hash.count - 1] & 0xF)
        let number = hash[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } & 0x7FFF_FFFF
        let text = String(number % 1_000_000)
        return String(repeating: "0", count: TOTP.digits - text.count) + text
    }

    /// The time step that a code belongs to, of those the clocks allow and after `lastStep`; nil if it is of none. All
    /// are compared, so that the time of the answer does not tell which came close.
    func step(of code: String, at time: Timestamp, after lastStep: Int?) -> Int? {
        let current = TOTP.step(at: time)
        var found: Int?
        for step in (current - TOTP.skew)...(current + TOTP.skew) {
            let isEqual = constantTimeEqual(self.code(step: step), code)
            if isEqual, lastStep.map({ step > $0 }) ?? true { found = step }
        }
        return found
    }
}
