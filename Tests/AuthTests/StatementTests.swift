import Core
import Postgres
import Testing

@testable import Auth

@Suite struct `The statements of the auth service` {
    static let id = "0f8fad5b-d9cb-469f-a165-70867728950e"
    static let now = Timestamp(seconds: 1_790_000_000)
    static let user = NewUser(id: id, audience: "a", email: "a@b.co", passwordHash: "x")
    static let challenge = CodeChallenge(method: .s256, challenge: "x")

    static var all: [SQL] {
        let users: [SQL] = [
            UserStatements.find(id: id), UserStatements.find(email: "a@b.co", audience: "a"),
            UserStatements.isEmailTaken("a@b.co", besides: id), UserStatements.insert(user, now: now),
            UserStatements.setRole(id: id, role: "r"), UserStatements.mergeUserMetadata(id: id, added: [:], now: now),
            UserStatements.mergeAppMetadata(id: id, added: [:], removed: [], now: now),
            UserStatements.confirmEmail(id: id, now: now), UserStatements.setEmail(id: id, email: "a@b.co", now: now),
            UserStatements.setPassword(id: id, hash: "x", replacing: nil, now: now),
            UserStatements.deleteOneTimeTokens(userID: id),
            IdentityStatements.upsertEmail(userID: id, data: [:], now: now),
            IdentityStatements.refreshProviders(userID: id, now: now),
        ]
        let sessions: [SQL] = [
            SessionStatements.find(id: id, userID: id),
            SessionStatements.begin(NewSession(id: id, userID: id), passwordHash: nil, now: now),
            SessionStatements.addMethod(sessionID: id, method: "password", now: now),
            SessionStatements.markRefreshed(id: id, userAgent: nil, ip: nil, now: now),
            SessionStatements.setCounter(id: id, counter: 1), SessionStatements.delete(id: id),
            SessionStatements.deleteAll(userID: id), SessionStatements.deleteOthers(userID: id, keeping: id),
            RefreshTokenStatements.lockSession(token: "x"), RefreshTokenStatements.lockSession(id: id),
            RefreshTokenStatements.find(token: "x"), RefreshTokenStatements.findUser(token: "x"),
            RefreshTokenStatements.find(sessionID: id), RefreshTokenStatements.findUser(sessionID: id),
            RefreshTokenStatements.insert(token: "x", parent: nil, sessionID: id, now: now),
            RefreshTokenStatements.revoke(token: "x", now: now), RefreshTokenStatements.countSuccessors(of: "x"),
            UncontestedRefreshStatements.find(token: "x"), UncontestedRefreshStatements.find(sessionID: id),
        ]
        let refreshes = [[], [AuditEntry.Action.tokenRefreshed]].flatMap { actions -> [SQL] in
            func note(_ actions: [AuditEntry.Action]) -> UncontestedRefreshStatements.Note {
                UncontestedRefreshStatements.Note(
                    now: now, userAgent: nil, ip: nil,
                    entries: actions.map { AuditEntry(action: $0, actor: AuditEntry.Actor(id: id, name: "x")) })
            }
            return [
                UncontestedRefreshStatements.rotate(
                    token: "x", version: "1", successor: "y", note(actions + actions)),
                UncontestedRefreshStatements.advance(sessionID: id, version: "1", note(actions)),
            ]
        }
        let asked = CodeRequest(.mail, address: "a@b.co", audience: "a", for: .access)
        let codes: [SQL] =
            OneTimeTokenStatements.beginFlow(userID: id, challenge: challenge, method: "email/signup", now: now)
            + CodeRequestStatements.take(asked, interval: .seconds(1), now: now)
            + PhoneStatements.confirm(userID: id, now: now) + PhoneStatements.adopt("1", userID: id, now: now)
            + RedemptionStatements.redeem(.link("x"), kinds: [.recovery])
            + RedemptionStatements.redeem(.code("1", address: "a@b.co", audience: "a"), kinds: [.recovery])
            + RedemptionStatements.burn(userID: id) + RedemptionStatements.adopt("a@b.co", userID: id, now: now)
            + RedemptionStatements.dropUnproven(userID: id)
        let mails: [SQL] =
            [
                OneTimeTokenStatements.upsert(
                    userID: id, kind: .confirmation, hash: "x", relatesTo: "a@b.co", now: now),
                OneTimeTokenStatements.setConfirmation(userID: id, hash: "x", now: now),
                OneTimeTokenStatements.setEmailChange(
                    userID: id, newEmail: "a@b.co", newHash: "x", currentHash: "", now: now),
                OneTimeTokenStatements.delete(userID: id, kind: .emailChangeNew),
                UserStatements.find(phone: "1", audience: "a"),
                OneTimeTokenStatements.setRecovery(userID: id, hash: "x", now: now),
                OneTimeTokenStatements.setReauthentication(userID: id, hash: "x", now: now),
                OneTimeTokenStatements.setPhoneChange(userID: id, newPhone: "1", hash: "x", now: now),
                OneTimeTokenStatements.setInvited(userID: id, now: now),
                OneTimeTokenStatements.deleteInvited(userID: id, sentAt: now),
                OneTimeTokenStatements.setHalfEmailChange(
                    userID: id, newEmail: "a@b.co", kind: .emailChangeNew, hash: "x", now: now),
                CodeRequestStatements.sweep(now: now), CodeRequestStatements.giveBack(asked),
                PhoneStatements.addIdentity(userID: id, data: [:], now: now),
                RedemptionStatements.lock(phone: "1", isChange: true, audience: "a"),
                RedemptionStatements.lock(phone: "1", isChange: false, audience: "a"),
                RedemptionStatements.noteHalfChange(userID: id, kind: .emailChangeNew),
                RedemptionStatements.noteHalfChange(userID: id, kind: .emailChangeCurrent),
                RedemptionStatements.markIdentitiesVerified(userID: id, now: now),
                RedemptionStatements.issueAuthCode(userID: id, method: "x", now: now),
                RedemptionStatements.redeemNonce(userID: id, hash: "x", sentAfter: now),
            ] + codes
        let admin: [SQL] =
            AdminStatements.list(audience: "a", filter: nil, isAscending: true, limit: 1, offset: 0)
            + AdminStatements.list(audience: "a", filter: "x", isAscending: false, limit: 1, offset: 0)
            + AdminStatements.softDelete(id: id, now: now) + [
                AdminStatements.isPhoneTaken("1", besides: id), AdminStatements.setPhone(id: id, phone: "1", now: now),
                AdminStatements.confirm(id: id, email: true, phone: false, now: now),
                AdminStatements.ban(id: id, until: nil, now: now),
                AdminStatements.setPassword(id: id, hash: "x", now: now),
                AdminStatements.upsertPhoneIdentity(userID: id, phone: "1", isVerified: true, now: now),
                AdminStatements.delete(id: id),
            ]
        return users + sessions + refreshes + mails + admin + throttling
    }

    static var throttling: [SQL] {
        let keys = AttemptKeys(strangers: [1], near: [2], known: [3])
        let policy = AttemptPolicy(free: 1, delayMax: .seconds(1))
        return [
            ThrottleStatements.take(key: [1], allowance: RateAllowance(1, per: .seconds(1), burst: 1), now: now),
            ThrottleStatements.giveBack(key: [1], allowance: RateAllowance(1, per: .seconds(1), burst: 1)),
            ThrottleStatements.check(keys, now: now), ThrottleStatements.count(keys, policy: policy, now: now),
            ThrottleStatements.countInAdvance(keys, policy: policy, now: now), ThrottleStatements.forget(keys),
            ThrottleStatements.remember(keys, now: now),
        ] + ThrottleStatements.sweep(now: now) + AuditStatements.list(AuditScope.all, limit: 1, offset: 0)
    }

    @Test func `prepare against the migrated schema as the service's own role`() async throws {
        try await AuthHarness.run { auth in
            for (index, statement) in Self.all.enumerated() {
                do throws(DatabaseError) {
                    try await auth.pool.run(SQL(trustedText: "prepare checked_\(index) as \(statement.text)"))
                } catch {
                    Issue.record("\(error.serverError?.message ?? error.logText): \(statement.text)")
                }
            }
        }
    }

    @Test func `have texts that do not depend on values`() {
        #expect(
            UserStatements.find(email: "a'; drop table auth.users; --", audience: "x").text
                == UserStatements.find(email: "a@b.co", audience: "y").text)
        #expect(
            SessionStatements.begin(NewSession(id: Self.id, userID: Self.id), passwordHash: nil, now: Self.now).text
                == SessionStatements.begin(
                    NewSession(id: Self.id, userID: Self.id, userAgent: "x", ip: "::1"), passwordHash: "x",
                    now: Self.now
                ).text)
    }
}
