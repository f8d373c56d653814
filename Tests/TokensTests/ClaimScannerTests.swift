import Core
import TestSupport
import Testing

@testable import Tokens

@Suite struct `The scanner of claims` {
    /// What the parser makes of a payload: the claims, or nil for what it refuses.
    private func parsed(_ payload: [UInt8]) throws(TokenError) -> RegisteredClaims? {
        let limits = JSONLimits(bytesMax: TokenLimits.token.bytes, depthMax: 32)
        guard let claims = (try? JSON(parsing: payload, limits: limits))?.object else { return nil }
        return try RegisteredClaims(claims)
    }

    /// The scanner may leave a payload to the parser, but never see it otherwise.
    private func expectAgreement(_ text: String) {
        let payload = Array(text.utf8)
        let scanned: Result<RegisteredClaims?, TokenError>
        do throws(TokenError) { scanned = .success(try RegisteredClaims(scanning: payload)) } catch {
            scanned = .failure(error)
        }
        let reference: Result<RegisteredClaims?, TokenError>
        do throws(TokenError) { reference = .success(try parsed(payload)) } catch { reference = .failure(error) }
        switch (scanned, reference) {
        case (.success(nil), _): break
        case (.success(let left?), .success(let right?)): #expect(left == right, "\(text)")
        // Both refuse; with several wrong claims each may name another.
        case (.failure, .failure): break
        default: Issue.record("\(text): the scanner says \(scanned), the parser \(reference)")
        }
    }

    @Test(arguments: [
        #"{"role":"anon","exp":1750000001,"aud":"authenticated","sub":"x","session_id":"y","nbf":0,"iat":12.5}"#,
        #" { "role" : null , "a" : [ 1 , { "role" : 3 } , "exp" ] , "exp" : 1e9 } "#, "{}",
        #"{"aud":"a","app_metadata":{"exp":"never","list":[[],{},true,false,null,-0.5e+3]}}"#,
    ])
    func `reads what tokens are like by itself`(text: String) throws {
        #expect(try RegisteredClaims(scanning: Array(text.utf8)) != nil)
        expectAgreement(text)
    }

    @Test(arguments: [
        #"{"role":"a","role":"b"}"#, #"{"ro\u006ce":"anon"}"#, #"{"aud":["a"]}"#, #"{"a":"\n"}"#, "[]", "{", "{}x",
        #"{"a":01}"#, #"{"a":.5}"#, #"{"a":1.}"#, #"{"a":tru}"#, #"{"a":nul"#, #"{"a",1}"#, #"{"a":1,}"#,
        "{\"a\":\"\u{1}\"}",
        #"{"a":"# + String(repeating: "[", count: 40) + String(repeating: "]", count: 40) + "}",
    ])
    func `leaves everything else to the parser`(text: String) throws {
        #expect(try RegisteredClaims(scanning: Array(text.utf8)) == nil)
    }

    @Test func `never sees a random payload otherwise than the parser`() {
        var generator = SeededGenerator(seed: 41)
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"", "\"exp\"", "\"role\"", "\"sub\"", "\"aud\"", "\"a\"", "1750000000",
            "-1", "0",
            "01", "1e5", ".5", "true", "false", "null", " ", "\n", "\"anon\"", "\"é\"", "\\u0041", "\"exp\":1",
            "\"role\":\"x\"",
            ",\"nbf\":2", "{\"a\":[1,2]}",
        ]
        for _ in 0..<20_000 {
            expectAgreement(
                (0..<Int.random(in: 0...14, using: &generator)).map { _ in pieces.randomElement(using: &generator)! }
                    .joined())
        }
    }

    @Test func `never sees a damaged payload otherwise than the parser`() {
        var generator = SeededGenerator(seed: 42)
        let whole = Array(
            #"{"iss":"x","sub":"6f1b","aud":"authenticated","exp":1750003600,"app_metadata":{"p":["e"]},"role":"anon"}"#
                .utf8)
        for _ in 0..<20_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: bytes.indices, using: &generator)
                switch Int.random(in: 0...2, using: &generator) {
                case 0: bytes.remove(at: index)
                case 1: bytes[index] = Array(#"{}[]",:0e.\-n"#.utf8).randomElement(using: &generator)!
                default: bytes.insert(bytes.randomElement(using: &generator)!, at: index)
                }
            }
            expectAgreement(String(decoding: bytes, as: UTF8.self))
        }
    }
}
