import Core
import Cryptography
import TestSupport
import Testing
import Tokens

@Suite struct TokenCacheTests {
    @Test func `a remembered token says what it said`() throws {
        let cache = TokenCache()
        let verifier = try Workbench.verifier()
        let token = try TokenIssuer(keys: Workbench.keys()).sign(claims: Workbench.claims)
        let first = try cache.verify(token, with: verifier, now: Workbench.now)
        let second = try cache.verify(token, with: verifier, now: Workbench.now)
        #expect(first.claimsText == second.claimsText)
        #expect(second.claims == Workbench.claims)
        #expect(cache.count == 1)
    }

    @Test func `a remembered token expires on the second`() throws {
        let cache = TokenCache()
        let verifier = try Workbench.verifier()
        let token = Workbench.forge(claims: #"{"exp":1750000010}"#)
        _ = try cache.verify(token, with: verifier, now: Workbench.now)
        _ = try cache.verify(token, with: verifier, now: Timestamp(seconds: 1_750_000_009))
        #expect(throws: TokenError.expired(at: Timestamp(seconds: 1_750_000_010))) {
            try cache.verify(token, with: verifier, now: Timestamp(seconds: 1_750_000_010))
        }
    }

    @Test func `a remembered token is not valid before its time when the clock goes back`() throws {
        let cache = TokenCache()
        let verifier = try Workbench.verifier()
        let token = Workbench.forge(claims: #"{"nbf":1750000000}"#)
        _ = try cache.verify(token, with: verifier, now: Workbench.now)
        #expect(throws: TokenError.notYetValid(before: Workbench.now)) {
            try cache.verify(token, with: verifier, now: Timestamp(seconds: 1_749_999_999))
        }
    }

    @Test func `a remembered token dies with its key`() throws {
        let cache = TokenCache()
        let token = Workbench.forge(claims: #"{"role":"service_role"}"#)
        _ = try cache.verify(token, with: try Workbench.verifier(), now: Workbench.now)
        #expect(throws: TokenError.signatureInvalid) {
            try cache.verify(token, with: try Workbench.verifier(Workbench.otherSecret), now: Workbench.now)
        }
    }

    @Test func `refusals are not remembered`() throws {
        let cache = TokenCache()
        #expect(throws: TokenError.self) {
            try cache.verify("a.b.c", with: try Workbench.verifier(), now: Workbench.now)
        }
        #expect(throws: TokenError.tooLarge(bytes: 20_000, bytesMax: 16_384)) {
            try cache.verify(
                String(repeating: "a", count: 20_000), with: try Workbench.verifier(), now: Workbench.now)
        }
        #expect(cache.count == 0)
    }

    @Test func `the cache never holds more than its capacity, and answers right however it is used`() throws {
        let cache = TokenCache(capacity: 7)
        let verifier = try Workbench.verifier()
        let tokens = (0..<20).map { Workbench.forge(claims: #"{"sub":"\#($0)"}"#) }
        var generator = SeededGenerator(seed: 21)
        for _ in 0..<3000 {
            let index = Int.random(in: 0..<tokens.count, using: &generator)
            #expect(try cache.verify(tokens[index], with: verifier, now: Workbench.now).subject == "\(index)")
            #expect(cache.count <= 7)
        }
        #expect(cache.count == 7)
    }

    @Test func `many tasks may share a cache`() async throws {
        let cache = TokenCache(capacity: 5)
        let verifier = try Workbench.verifier()
        let tokens = (0..<10).map { Workbench.forge(claims: #"{"sub":"\#($0)"}"#) }
        let right = await withTaskGroup(of: Int.self) { group in
            for task in 0..<16 {
                group.addTask {
                    (0..<100).count { round in
                        let index = (task * 7 + round * 3) % tokens.count
                        let token = try? cache.verify(tokens[index], with: verifier, now: Workbench.now)
                        return token?.subject == "\(index)"
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(right == 1600)
    }
}
