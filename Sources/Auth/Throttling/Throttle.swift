internal import Core
internal import Postgres
internal import Synchronization

/// Counts what may not be done too often, in PostgreSQL, so that all processes count together.
struct Throttle: Sendable {
    let database: Database
    let clock: any WallClock
    let configuration: ThrottlingConfiguration
    let serviceKey: ServiceKey
    let upkeep: ThrottleUpkeep

    /// Takes one token of a bucket, in one statement and one round trip. False when there is none.
    func take(_ family: RateFamily, of holder: String) async throws -> Bool {
        guard let allowance = configuration.allowances[family] else { return true }
        guard allowance.count > 0 else { return false }
        let now = clock.now()
        var statements = [
            ThrottleStatements.take(key: key(["rate", family.rawValue, holder]), allowance: allowance, now: now)
        ]
        if upkeep.isDue() { statements += ThrottleStatements.sweep(now: now) }
        return try await database.run(.serviceItself, statements)[0].isEmpty == false
    }

    /// Gives a token back that was taken for nothing.
    func giveBack(_ family: RateFamily, of holder: String) async throws {
        guard let allowance = configuration.allowances[family], allowance.count > 0 else { return }
        _ = try await database.run(
            ThrottleStatements.giveBack(key: key(["rate", family.rawValue, holder]), allowance: allowance))
    }

    // MARK: Attempts

    /// The statement that asks whether an attempt may be looked at; a row says no. For kinds that are counted in advance
    /// it counts.
    func check(_ attempt: Attempt) -> SQL {
        let keys = keys(attempt)
        let now = clock.now()
        return attempt.kind.isCountedInAdvance
            ? ThrottleStatements.countInAdvance(keys, policy: attempt.kind.policy, now: now)
            : ThrottleStatements.check(keys, now: now)
    }

    /// The statements that note a wrong password or code; none for kinds that are counted in advance.
    func failure(_ attempt: Attempt) -> [SQL] {
        guard !attempt.kind.isCountedInAdvance else { return [] }
        return [ThrottleStatements.count(keys(attempt), policy: attempt.kind.policy, now: clock.now())]
            + (upkeep.isDue() ? ThrottleStatements.sweep(now: clock.now()) : [])
    }

    /// The statements that forget what was wrong before and remember the address as one of the account's.
    func success(_ attempt: Attempt) -> [SQL] {
        let keys = keys(attempt)
        return [ThrottleStatements.forget(keys), ThrottleStatements.remember(keys, now: clock.now())]
    }

    private func keys(_ attempt: Attempt) -> AttemptKeys {
        let (kind, account) = (attempt.kind.rawValue, attempt.account.lowercased())
        return AttemptKeys(
            strangers: key(["attempt", kind, account]), near: key(["attempt", kind, account, attempt.address]),
            known: key(["known", account, attempt.address]))
    }

    private func key(_ parts: [String]) -> [UInt8] { Array(serviceKey.code(.throttle, parts).prefix(16)) }
}

/// When it is time to remove rows that no longer say anything: every so many writes of this process, so that upkeep costs
/// in proportion to use and needs no clock of its own.
final class ThrottleUpkeep: Sendable {
    private let writes = Atomic<Int>(0)

    func isDue() -> Bool {
        writes.wrappingAdd(1, ordering: .relaxed).newValue % AuthLimits.throttleWritesPerSweep == 0
    }
}
