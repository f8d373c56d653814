import Core
import TestSupport
import Testing

@testable import Auth

@Suite struct `The decision on a version 1 refresh token` {
    static let now = Timestamp(seconds: 1_790_000_000)
    static let tenSeconds = RefreshDecision.Policy(reuseInterval: .seconds(10), isRotationEnabled: true)

    static func presented(revoked: Bool, secondsAgo: Int = 0) -> RefreshDecision.Presented {
        RefreshDecision.Presented(
            token: "presented", isRevoked: revoked, updatedAt: now.advanced(by: .seconds(-secondsAgo)))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let presented: RefreshDecision.Presented
        let active: RefreshDecision.Active?
        var policy = tenSeconds
        let decision: RefreshDecision
        var testDescription: String { name }
    }

    static let successor = RefreshDecision.Active(token: "successor", parent: "presented")
    static let later = RefreshDecision.Active(token: "later", parent: "successor")

    static let cases: [Case] = [
        Case(
            name: "the current token rotates", presented: presented(revoked: false),
            active: RefreshDecision.Active(token: "presented", parent: nil), decision: .rotate),
        Case(
            name: "a current token rotates beside a newer one", presented: presented(revoked: false), active: later,
            decision: .rotate),
        Case(
            name: "the parent of the active token gets it again", presented: presented(revoked: true),
            active: successor, decision: .repeatSuccessor(token: "successor")),
        Case(
            name: "the parent gets it again however late", presented: presented(revoked: true, secondsAgo: 86_400),
            active: successor, decision: .repeatSuccessor(token: "successor")),
        Case(
            name: "an ancestor within the interval gets one more", presented: presented(revoked: true, secondsAgo: 10),
            active: later, decision: .issueAgain),
        Case(
            name: "an ancestor past the interval revokes the family",
            presented: presented(revoked: true, secondsAgo: 11), active: later, decision: .refuse(revokesFamily: true)),
        Case(
            name: "without rotation reuse is refused alone", presented: presented(revoked: true, secondsAgo: 11),
            active: later, policy: RefreshDecision.Policy(reuseInterval: .seconds(10), isRotationEnabled: false),
            decision: .refuse(revokesFamily: false)),
        Case(
            name: "no interval means no grace", presented: presented(revoked: true), active: later,
            policy: RefreshDecision.Policy(reuseInterval: .zero, isRotationEnabled: true),
            decision: .refuse(revokesFamily: true)),
        Case(
            name: "nothing of a revoked family is taken, however young", presented: presented(revoked: true),
            active: nil, decision: .refuse(revokesFamily: true)),
    ]

    @Test(arguments: cases)
    func `follows the table`(_ entry: Case) {
        let decision = RefreshDecision.decide(
            entry.presented, active: entry.active, policy: entry.policy, now: Self.now)
        #expect(decision == entry.decision)
    }

    /// A thief and the owner of one family, at random: whatever happens, an old token is never rotated, and once the
    /// family is revoked nothing of it is granted.
    @Test(arguments: 0..<50 as Range<UInt64>)
    func `never grants what it must not, whatever the order of events`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var tokens = [(token: "0", parent: String?.none, revoked: false, updatedAt: Self.now)]
        var now = Self.now
        var isFamilyDead = false
        for step in 1...60 {
            now = now.advanced(by: .seconds(Int.random(in: 0...8, using: &random)))
            let index = Int.random(in: 0..<tokens.count, using: &random)
            let chosen = tokens[index]
            let active = tokens.last { !$0.revoked }.map {
                RefreshDecision.Active(token: $0.token, parent: $0.parent)
            }
            let decision = RefreshDecision.decide(
                RefreshDecision.Presented(
                    token: chosen.token, isRevoked: chosen.revoked, updatedAt: chosen.updatedAt),
                active: active, policy: Self.tenSeconds, now: now)
            switch decision {
            case .rotate, .issueAgain:
                #expect(!isFamilyDead)
                if decision == .rotate { #expect(!chosen.revoked) }
                if decision == .issueAgain {
                    #expect(chosen.revoked && now <= chosen.updatedAt.advanced(by: .seconds(10)))
                }
                tokens[index].revoked = true
                tokens[index].updatedAt = now
                tokens.append((String(step), chosen.token, false, now))
            case .repeatSuccessor(let token):
                #expect(!isFamilyDead && tokens.contains { $0.token == token && !$0.revoked })
            case .refuse(let revokes):
                #expect(chosen.revoked && revokes)
                for position in tokens.indices { tokens[position].revoked = true }
                isFamilyDead = true
            }
        }
    }
}
