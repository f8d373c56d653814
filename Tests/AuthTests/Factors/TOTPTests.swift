import Core
import QRCode
import Testing

@testable import Auth

@Suite struct `Time-based codes` {
    static let generator = TOTP(key: Array("12345678901234567890".utf8))

    /// RFC 4226, appendix D.
    @Test(arguments: [
        (0, "755224"), (1, "287082"), (2, "359152"), (3, "969429"), (4, "338314"), (5, "254676"), (6, "287922"),
        (7, "162583"), (8, "399871"), (9, "520489"),
    ])
    func `are those of the counter`(counter: Int, code: String) {
        #expect(Self.generator.code(step: counter) == code)
    }

    /// RFC 6238, appendix B: the last six of the eight digits.
    @Test(arguments: [
        (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
        (2_000_000_000, "279037"), (20_000_000_000, "353130"),
    ])
    func `are those of the time`(seconds: Int, code: String) {
        let time = Timestamp(seconds: seconds)
        #expect(Self.generator.code(step: TOTP.step(at: time)) == code)
        #expect(Self.generator.step(of: code, at: time, after: nil) == TOTP.step(at: time))
    }

    @Test func `are accepted one step early and one step late, and no more`() {
        let time = Timestamp(seconds: 1_790_000_000)
        let current = TOTP.step(at: time)
        for offset in -3...3 {
            let code = Self.generator.code(step: current + offset)
            #expect((Self.generator.step(of: code, at: time, after: nil) != nil) == (abs(offset) <= 1), "\(offset)")
        }
    }

    @Test func `are not accepted again, nor the ones before`() {
        let time = Timestamp(seconds: 1_790_000_000)
        let current = TOTP.step(at: time)
        func step(_ offset: Int, after last: Int) -> Int? {
            Self.generator.step(of: Self.generator.code(step: current + offset), at: time, after: last)
        }
        #expect(step(0, after: current) == nil)
        #expect(step(-1, after: current) == nil)
        #expect(step(1, after: current) == current + 1)
        #expect(step(0, after: current - 1) == current)
    }

    @Test(arguments: ["", "28708", "2870820", "287O82", "２８７０８２"])
    func `of another form are wrong`(code: String) {
        #expect(Self.generator.step(of: code, at: Timestamp(seconds: 59), after: nil) == nil)
    }

    @Test(arguments: ["", "not base 32!", "{\"key_id\":\"a\"}", String(repeating: "A", count: 264)])
    func `cannot be made of what is no secret`(secret: String) {
        #expect(TOTP(secret: secret) == nil)
    }

    // MARK: Enrolment

    @Test func `have a secret of 160 bits and an address that apps read`() throws {
        let enrollment = try #require(TOTPEnrollment(issuer: "Med Mitra: Pune", account: "dr+a@example.org"))
        let secret = enrollment.secret.reveal()
        #expect(Base32.decode(secret)?.count == 20)
        #expect(
            enrollment.uri.reveal()
                == "otpauth://totp/Med%20Mitra%3A%20Pune:dr%2Ba%40example.org?algorithm=SHA1&digits=6"
                + "&issuer=Med%20Mitra%3A%20Pune&period=30&secret=\(secret)")
        #expect(TOTPEnrollment(issuer: "a", account: "b")?.secret != TOTPEnrollment(issuer: "a", account: "b")?.secret)
    }

    @Test func `have a picture that fits into a data URL as it is`() throws {
        let enrollment = try #require(TOTPEnrollment(issuer: "example.org", account: "doctor@example.org"))
        let svg = try #require(enrollment.json["qr_code"]?.string)
        #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\"") && svg.hasSuffix("</svg>"))
        for character in ["#", "%", "\n"] { #expect(!svg.contains(character)) }
    }
}
