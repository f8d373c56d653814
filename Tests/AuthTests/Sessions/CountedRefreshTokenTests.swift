import Core
import Cryptography
import TestSupport
import Testing

@testable import Auth

@Suite struct `Version 2 refresh tokens` {
    static let session = "0f8fad5b-d9cb-469f-a165-70867728950e"
    static let key = [UInt8](repeating: 7, count: 32)

    @Test(arguments: [0, 1, 127, 128, 300, 1 << 20, Int(Int32.max)])
    func `come back as they were made`(counter: Int) throws {
        let text = try #require(CountedRefreshToken.make(sessionID: Self.session, counter: counter, key: Self.key))
        let token = try #require(CountedRefreshToken(text))
        #expect(token.sessionID == Self.session)
        #expect(token.counter == counter)
        #expect(token.isSigned(with: Self.key))
        #expect(!token.isSigned(with: [UInt8](repeating: 8, count: 32)))
        #expect(RefreshTokens.isPlausible(text))
    }

    @Test func `are refused when any byte is changed`() throws {
        let text = try #require(CountedRefreshToken.make(sessionID: Self.session, counter: 5, key: Self.key))
        let bytes = try #require(Base64URL.decode(text))
        for position in bytes.indices {
            var changed = bytes
            changed[position] ^= 0x01
            #expect(CountedRefreshToken(Base64URL.encode(changed)) == nil, "byte \(position)")
        }
        #expect(CountedRefreshToken(Base64URL.encode(Array(bytes.dropLast()))) == nil)
        #expect(CountedRefreshToken(Base64URL.encode(bytes + [0])) == nil)
    }

    /// A forger can make the checksum, but not the signature.
    @Test func `with a new checksum over a changed counter are not signed`() throws {
        let text = try #require(CountedRefreshToken.make(sessionID: Self.session, counter: 5, key: Self.key))
        var body = Array(try #require(Base64URL.decode(text)).dropLast(4))
        body[17] = 6
        body += Digest.hash(.sha256, of: body).prefix(4)
        let forged = try #require(CountedRefreshToken(Base64URL.encode(body)))
        #expect(forged.counter == 6)
        #expect(!forged.isSigned(with: Self.key))
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `never crash on random text`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = (0..<Int.random(in: 0...80, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        #expect(CountedRefreshToken(Base64URL.encode([0] + bytes)) == nil)
    }

    @Test(arguments: [
        (5, 0, CountedRefreshDecision.advance), (4, 86_400, .repeatCurrent), (3, 10, .repeatCurrent),
        (3, 11, .refuseReuse), (0, 11, .refuseReuse), (6, 0, .refuseUnknown),
    ])
    func `are decided by their count`(presented: Int, secondsSinceUse: Int, decision: CountedRefreshDecision) {
        let now = Timestamp(seconds: 1_790_000_000)
        #expect(
            CountedRefreshDecision.decide(
                presented: presented, current: 5, lastUsedAt: now.advanced(by: .seconds(-secondsSinceUse)),
                reuseInterval: .seconds(10), now: now) == decision)
    }
}
