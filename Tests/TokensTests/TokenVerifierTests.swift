import Core
import Cryptography
import TestSupport
import Testing
import Tokens

@Suite struct TokenVerifierTests {
    @Test func `a genuine token yields its claims exactly as they were signed`() throws {
        let text = #"{"sub" : "u1","role":"authenticated","session_id":"s1","exp":1750000001,"weight":7.30}"#
        let token = try Workbench.verifier().verify(Workbench.forge(claims: text), now: Workbench.now)
        #expect(token.claimsText == text)
        #expect(token.subject == "u1")
        #expect(token.role == "authenticated")
        #expect(token.sessionID == "s1")
        #expect(token.expiresAt == Timestamp(seconds: 1_750_000_001))
        #expect(token.algorithm == .hs256)
        #expect(token.keyID == nil)
        #expect(token.claims["weight"] == .number("7.30"))
        #expect(token.caller() == Caller(role: "authenticated", subject: "u1", claimsText: text))
    }

    @Test func `the token of RFC 7515 verifies in its time`() throws {
        let key: JSON = [
            "kty": "oct",
            "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
            "key_ops": ["sign", "verify"],
        ]
        let token =
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
            + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
            + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        let verifier = TokenVerifier(keys: try TokenKeySet(keys: [key]))
        #expect(try verifier.verify(token, now: Timestamp(seconds: 1_300_819_379)).claims["iss"] == "joe")
        #expect(throws: TokenError.expired(at: Timestamp(seconds: 1_300_819_380))) {
            try verifier.verify(token, now: Timestamp(seconds: 1_300_819_380))
        }
    }

    @Test func `a token without exp is accepted for ever`() throws {
        let token = Workbench.forge(claims: #"{"role":"supabase_admin","sub":"1234567890"}"#)
        let verified = try Workbench.verifier().verify(token, now: Timestamp(seconds: 9_999_999_999))
        #expect(verified.expiresAt == nil)
        #expect(verified.sessionID == nil)
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let name: String
        let claims: String
        let error: TokenError
        var testDescription: String { name }
    }

    static let refusedClaims = [
        Refusal(name: "exp now", claims: #"{"exp":1750000000}"#, error: .expired(at: Workbench.now)),
        Refusal(
            name: "exp long ago", claims: #"{"exp":1}"#, error: .expired(at: Timestamp(seconds: 1))),
        Refusal(name: "exp zero", claims: #"{"exp":0}"#, error: .expired(at: Timestamp(seconds: 0))),
        Refusal(name: "exp negative", claims: #"{"exp":-5}"#, error: .expired(at: Timestamp(seconds: -5))),
        Refusal(name: "exp as text", claims: #"{"exp":"1760000000"}"#, error: .claimNotNumeric("exp")),
        Refusal(name: "exp null", claims: #"{"exp":null}"#, error: .claimNotNumeric("exp")),
        Refusal(name: "exp true", claims: #"{"exp":true}"#, error: .claimNotNumeric("exp")),
        Refusal(name: "exp in a list", claims: #"{"exp":[1760000000]}"#, error: .claimNotNumeric("exp")),
        Refusal(name: "exp huge", claims: #"{"exp":1e300}"#, error: .claimOutOfRange("exp")),
        Refusal(name: "exp infinite", claims: #"{"exp":1e999}"#, error: .claimOutOfRange("exp")),
        Refusal(
            name: "exp of many digits", claims: #"{"exp":\#(String(repeating: "9", count: 400))}"#,
            error: .claimOutOfRange("exp")),
        Refusal(
            name: "exp in milliseconds", claims: #"{"exp":1750003600000}"#, error: .claimOutOfRange("exp")),
        Refusal(
            name: "exp twice, the last past", claims: #"{"exp":9999999999,"exp":5}"#,
            error: .expired(at: Timestamp(seconds: 5))),
        Refusal(
            name: "nbf ahead", claims: #"{"nbf":1750000001}"#,
            error: .notYetValid(before: Timestamp(seconds: 1_750_000_001))),
        Refusal(name: "nbf as text", claims: #"{"nbf":"0"}"#, error: .claimNotNumeric("nbf")),
        Refusal(name: "iat as text", claims: #"{"iat":"0"}"#, error: .claimNotNumeric("iat")),
        Refusal(name: "role in a list", claims: #"{"role":["service_role"]}"#, error: .claimNotText("role")),
        Refusal(name: "sub as number", claims: #"{"sub":1}"#, error: .claimNotText("sub")),
        Refusal(name: "session_id as object", claims: #"{"session_id":{}}"#, error: .claimNotText("session_id")),
        Refusal(name: "claims in a list", claims: #"[{"role":"anon"}]"#, error: .notAnObject(.claims)),
        Refusal(name: "claims as text", claims: #""anon""#, error: .notAnObject(.claims)),
        Refusal(name: "claims not JSON", claims: #"{"role":"anon""#, error: .notAnObject(.claims)),
        Refusal(name: "two objects", claims: #"{"role":"anon"}{"role":"service_role"}"#, error: .notAnObject(.claims)),
        Refusal(name: "no claims", claims: "", error: .notAnObject(.claims)),
        Refusal(
            name: "claims nested deeply",
            claims: #"{"a":"# + String(repeating: "[", count: 200) + String(repeating: "]", count: 200) + "}",
            error: .notAnObject(.claims)),
    ]

    @Test(arguments: refusedClaims)
    func `claims that are signed and still wrong are refused`(refusal: Refusal) throws {
        let verifier = try Workbench.verifier()
        #expect(throws: refusal.error) {
            try verifier.verify(Workbench.forge(claims: refusal.claims), now: Workbench.now)
        }
    }

    @Test func `nbf in this second and exp in the next are valid`() throws {
        let token = Workbench.forge(claims: #"{"nbf":1750000000,"exp":1750000001}"#)
        #expect(try Workbench.verifier().verify(token, now: Workbench.now).notBefore == Workbench.now)
        let fraction = Workbench.forge(claims: #"{"exp":1750000000.5}"#)
        #expect(
            try Workbench.verifier().verify(fraction, now: Workbench.now).expiresAt?.microseconds
                == 1_750_000_000_500_000)
    }

    @Test func `of a repeated claim the last counts, as it does in PostgreSQL`() throws {
        let token = Workbench.forge(claims: #"{"role":"service_role","role":"anon"}"#)
        let verified = try Workbench.verifier().verify(token, now: Workbench.now)
        #expect(verified.role == "anon")
    }

    @Test func `whatever changes in a token, it is refused`() throws {
        let verifier = try Workbench.verifier()
        let token = try TokenIssuer(keys: Workbench.keys()).sign(claims: Workbench.claims)
        _ = try verifier.verify(token, now: Workbench.now)
        let bytes = Array(token.utf8)
        for index in bytes.indices {
            var altered = bytes
            altered[index] = altered[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(throws: TokenError.self) {
                try verifier.verify(String(decoding: altered, as: UTF8.self), now: Workbench.now)
            }
            #expect(throws: TokenError.self) {
                try verifier.verify(String(decoding: bytes[..<index], as: UTF8.self), now: Workbench.now)
            }
        }
    }

    @Test func `claims of another token under a genuine signature are refused`() throws {
        let verifier = try Workbench.verifier()
        let anon = Workbench.forge(claims: #"{"role":"anon"}"#).split(separator: ".")
        let swapped = "\(anon[0]).\(Workbench.segment(#"{"role":"service_role"}"#)).\(anon[2])"
        #expect(throws: TokenError.signatureInvalid) { try verifier.verify(swapped, now: Workbench.now) }
    }

    @Test(arguments: [
        ("", 0), ("x", 1), ("a.b", 2), ("a.b.c.d", 4), ("....", 5), ("a.b.c.d.e", 5), (" ", 1),
    ])
    func `a text without three segments is no token`(text: String, count: Int) throws {
        let verifier = try Workbench.verifier()
        #expect(throws: TokenError.segmentCount(count)) { try verifier.verify(text, now: Workbench.now) }
    }

    @Test func `segments are strict base64url`() throws {
        let verifier = try Workbench.verifier()
        let token = Workbench.forge(claims: #"{"role":"anon"}"#)
        for altered in [token + "=", token + "\n", " " + token, token.replacing("-", with: "+") + "/", token + "é"] {
            #expect(throws: TokenError.self) { try verifier.verify(altered, now: Workbench.now) }
        }
        #expect(throws: TokenError.undecodable(.signature)) { try verifier.verify(token + "=", now: Workbench.now) }
        #expect(throws: TokenError.undecodable(.header)) { try verifier.verify("=" + token, now: Workbench.now) }
    }

    @Test func `a token over the size limit is refused before anything is read`() throws {
        let verifier = try Workbench.verifier()
        let text = String(repeating: "a", count: TokenLimits.token.bytes + 1)
        #expect(throws: TokenError.tooLarge(bytes: 16_385, bytesMax: 16_384)) {
            try verifier.verify(text, now: Workbench.now)
        }
    }

    @Test func `random texts are refused without harm`() throws {
        let verifier = try Workbench.verifier()
        var generator = SeededGenerator(seed: 11)
        let pieces = [
            ".", "e30", "eyJhbGciOiJIUzI1NiJ9", "{", "=", "_", "-", "\u{0}", "é", "AAAA", "null", "bnVsbA", "W10",
        ]
        for round in 0..<3000 {
            let text =
                round % 3 == 0
                ? String(decoding: generator.bytes(upTo: 200), as: UTF8.self)
                : (0..<Int.random(in: 0...9, using: &generator))
                    .map { _ in pieces.randomElement(using: &generator)! }.joined()
            #expect(throws: TokenError.self) { try verifier.verify(text, now: Workbench.now) }
        }
    }

    @Test func `random bytes that are genuinely signed never crash the reader of claims`() throws {
        let verifier = try Workbench.verifier()
        var generator = SeededGenerator(seed: 12)
        let pieces = [
            "{", "}", "\"exp\"", ":", "1", "9e99", "\"role\"", ",", "null", "[", "]", "-", "\"\\u0000\"", "1e-400",
        ]
        for _ in 0..<3000 {
            let text = (0..<Int.random(in: 0...12, using: &generator))
                .map { _ in pieces.randomElement(using: &generator)! }.joined()
            do throws(TokenError) {
                let token = try verifier.verify(Workbench.forge(claims: text), now: Workbench.now)
                #expect(token.claimsText == text)
            } catch {
                #expect(error != .signatureInvalid)
            }
        }
    }

    @Test func `issued tokens verify and carry their claims`() throws {
        var generator = SeededGenerator(seed: 13)
        let issuer = try TokenIssuer(keys: Workbench.keys())
        let verifier = try Workbench.verifier()
        for _ in 0..<300 {
            var claims: JSONObject = ["role": "authenticated"]
            for _ in 0..<Int.random(in: 0...8, using: &generator) {
                let name = String(decoding: generator.bytes(upTo: 8), as: UTF8.self)
                guard !["exp", "nbf", "iat", "role", "sub", "session_id"].contains(name) else { continue }
                claims[name] = .string(String(decoding: generator.bytes(upTo: 30), as: UTF8.self))
            }
            let verified = try verifier.verify(try issuer.sign(claims: claims), now: Workbench.now)
            #expect(verified.claims == claims)
            #expect(verified.claimsText == JSON.object(claims).text)
        }
    }
}
