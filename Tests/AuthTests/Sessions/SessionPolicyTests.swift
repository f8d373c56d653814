import Core
import Testing

@testable import Auth

@Suite struct `The end of sessions` {
    static let now = Timestamp(seconds: 1_790_000_000)

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let policy: SessionPolicy
        var age = 100
        var idle = 10
        /// Seconds from now to the session's own end.
        var remaining: Int?
        var isOutrun = false
        let expiry: SessionExpiry?
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "without limits it lives", policy: SessionPolicy(), isOutrun: true, expiry: nil),
        Case(name: "its own end", policy: SessionPolicy(), remaining: -1, expiry: .ended),
        Case(name: "before its own end", policy: SessionPolicy(), remaining: 1, expiry: nil),
        Case(name: "the timebox", policy: SessionPolicy(timebox: .seconds(99)), expiry: .ended),
        Case(name: "the timebox's last second", policy: SessionPolicy(timebox: .seconds(100)), expiry: nil),
        Case(name: "inactivity", policy: SessionPolicy(inactivityMax: .seconds(9)), expiry: .inactive),
        Case(name: "activity", policy: SessionPolicy(inactivityMax: .seconds(10)), expiry: nil),
        Case(
            name: "a newer session", policy: SessionPolicy(isSinglePerUser: true), isOutrun: true, expiry: .outrun),
        Case(name: "the newest session", policy: SessionPolicy(isSinglePerUser: true), expiry: nil),
        Case(
            name: "the order of reasons",
            policy: SessionPolicy(timebox: .seconds(1), inactivityMax: .seconds(1), isSinglePerUser: true),
            isOutrun: true, expiry: .ended),
    ]

    @Test(arguments: cases)
    func `follows the table`(_ entry: Case) {
        let expiry = entry.policy.expiry(
            createdAt: Self.now.advanced(by: .seconds(-entry.age)),
            notAfter: entry.remaining.map { Self.now.advanced(by: .seconds($0)) },
            lastUsedAt: Self.now.advanced(by: .seconds(-entry.idle)), isOutrun: entry.isOutrun, now: Self.now)
        #expect(expiry == entry.expiry)
    }
}
