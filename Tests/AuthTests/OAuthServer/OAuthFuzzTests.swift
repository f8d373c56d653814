import Core
import HTTPTypes
import TestSupport
import Testing

@testable import Auth
@testable import Gateway

@Suite struct `Readers of the OAuth server` {
    @Test func `let no redirect URI through that could run, leak or mislead`() {
        var random = SeededGenerator(seed: 21)
        let pieces = [
            "https", "http", "myapp", "javascript", "data", "file", ":", "//", "/", "\\", "@", "localhost",
            "127.0.0.1", "[::1]", "example.org", ".", "?", "#", "%", "%41", ",", " ", "\t", "é", "8080", "a",
        ]
        var accepted = 0
        for _ in 0..<40_000 {
            let noise = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &random)]
            }.joined()
            let uri =
                Bool.random(using: &random)
                ? noise : ["https", "http", "myapp"].randomElement(using: &random)! + "://" + noise
            guard OAuthRedirectURI.fault(uri) == nil else { continue }
            accepted += 1
            let isSafe =
                uri.utf8.allSatisfy { (0x21...0x7E).contains($0) } && !uri.contains(",") && !uri.contains("#")
                && !uri.contains("\\") && uri.contains("://")
                && !["javascript:", "data:", "file:"].contains(where: uri.hasPrefix)
            #expect(isSafe, "\(uri)")
            if uri.hasPrefix("http://") {
                let host = uri.dropFirst(7).prefix { !"/?:".contains($0) || uri.contains("[::1]") && $0 == ":" }
                #expect(
                    ["localhost", "127.0.0.1"].contains(host) || host.hasPrefix("[::1]"), "\(uri)")
            }
        }
        #expect(accepted > 100)
    }

    @Test func `take requests apart without believing anything in them`() throws {
        var random = SeededGenerator(seed: 22)
        let names = [
            "response_type", "scope", "state", "resource", "code_challenge", "code_challenge_method", "nonce", "other",
        ]
        let values = [
            "", "code", "token", "openid", "openid+email", "admin", "S256", "plain", PlayedProof.challenge,
            "https://a.example.org", "a b", "%20", "x%23y", "\u{E9}", String(repeating: "a", count: 300),
        ]
        var accepted = 0
        for _ in 0..<20_000 {
            var pairs = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                names[Int.random(in: 0..<names.count, using: &random)] + "="
                    + values[Int.random(in: 0..<values.count, using: &random)]
            }
            if Bool.random(using: &random) {
                pairs += ["code_challenge=\(PlayedProof.challenge)", "code_challenge_method=S256"]
            }
            let query = try Query(pairs.joined(separator: "&"))
            do throws(AuthorizationRequest.Fault) {
                let request = try AuthorizationRequest(
                    query, clientID: "c", redirectURI: "https://c", defaultScope: "email")
                accepted += 1
                #expect(!request.scopes.names.isEmpty && request.scopes.firstUnknown == nil)
                #expect(request.challenge == PlayedProof.challenge || request.challenge.utf8.count >= 43)
                #expect(!request.resource.contains("#") && request.nonce.count <= 255)
            } catch {
                #expect(!error.error.isEmpty && !error.description.isEmpty)
            }
        }
        #expect(accepted > 500)
    }

    @Test func `answer nonsense at the token endpoint with an error of the client`() async throws {
        var random = SeededGenerator(seed: 23)
        let pieces = [
            "grant_type", "code", "client_id", "client_secret", "refresh_token", "=", "&", "%", "%00", "%zz", "+",
            "authorization_code", "{", "}", "\"", ":", "é", "\u{0}", "null", "[", "1",
        ]
        try await AuthHarness.runOAuth { auth in
            for number in 0..<150 {
                let body = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                    pieces[Int.random(in: 0..<pieces.count, using: &random)]
                }.joined()
                let type = number % 2 == 0 ? "application/x-www-form-urlencoded" : "application/json"
                let answer = try await auth.send(
                    .post, number % 3 == 0 ? "/oauth/revoke" : "/oauth/token", raw: body,
                    headers: ["Content-Type": type])
                #expect(answer.status == 400, "\(body): \(answer.status)")
                #expect(["invalid_request", "invalid_client"].contains(answer["error"]?.string))
            }
        }
    }
}
