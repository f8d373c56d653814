public import Core

/// One SQL file to apply.
public struct MigrationScript: Sendable {
    /// When a script is applied.
    public enum Kind: String, Sendable {
        /// Applied once, in order, never edited afterwards.
        case versioned
        /// Applied again whenever its text changed.
        case repeatable
    }

    public let name: String
    public let kind: Kind
    public let sql: String
    /// Hex digest of `sql`, whichever algorithm the caller keeps to.
    public let checksum: String

    public init(name: String, kind: Kind, sql: String, checksum: String) {
        self.name = name
        self.kind = kind
        self.sql = sql
        self.checksum = checksum
    }
}

/// Why migrating stopped. Everything before the named script is applied, nothing of it is.
public enum MigrationError: Error, Sendable, CustomStringConvertible {
    case database(DatabaseError)
    case failed(script: String, error: DatabaseError)
    /// A script that was applied has been edited since.
    case changed(script: String)
    /// The database has a script this program does not know: it was migrated by a newer version.
    case unknown(script: String)

    public var description: String {
        switch self {
        case .database(let error):
            "migrations could not start: \(error.logText)"
        case .failed(let script, let error):
            "migration \(script) failed and was rolled back: \(error.serverError?.message ?? error.logText)"
        case .changed(let script):
            """
            migration \(script) was changed after it had been applied to this database. Applied migrations are \
            never edited: run the version of medmitra whose file it is, or put the change into a new migration.
            """
        case .unknown(let script):
            """
            this database has migration \(script), which this version of medmitra does not know. It was migrated \
            by a newer version: run that one, or restore a backup made before the upgrade.
            """
        }
    }
}

/// Brings a database to the state of the scripts: each in a transaction of its own, all under one advisory lock,
/// so that several gateways may start at once.
///
/// Scripts hold many statements, which only the simple query protocol carries, so the work is done blocking on a
/// connection and a thread of its own.
public struct Migrator: Sendable {
    private let configuration: DatabaseConfiguration
    private let observer: any Observer

    /// Any constant of our own; it names the lock in `pg_locks`.
    private static let lockKey = 7_305_809_911_466_357_093

    /// `configuration` names the login that owns what is migrated.
    public init(_ configuration: DatabaseConfiguration, observer: any Observer = SilentObserver()) {
        self.configuration = configuration
        self.observer = observer
    }

    /// Applies what is missing and returns the names of what was applied. `bootstrap` makes the ledger
    /// `medmitra.schema_migrations` and must be repeatable.
    public func migrate(bootstrap: String, scripts: [MigrationScript]) async throws(MigrationError) -> [String] {
        try await blocking { handle throws(MigrationError) in
            try step { () throws(DatabaseError) in
                try handle.executeBlocking(
                    "set statement_timeout = 0; set lock_timeout = 0; set client_min_messages = warning")
                _ = try handle.queryBlocking("select pg_advisory_lock(\(Migrator.lockKey)::bigint)")
                try handle.executeBlocking(bootstrap)
            }
            let outstanding = try Migrator.outstanding(scripts, ledger: try readLedger(handle))
            for script in outstanding { try apply(script, handle) }
            return outstanding.map(\.name)
        }
    }

    /// Scripts that are not applied yet, or changed if repeatable. Throws as ``migrate(bootstrap:scripts:)`` does.
    public func pending(scripts: [MigrationScript]) async throws(MigrationError) -> [String] {
        try await blocking { handle throws(MigrationError) in
            let known = try step { () throws(DatabaseError) in
                try handle.queryBlocking("select to_regclass('medmitra.schema_migrations') is not null").first?.bool(0)
            }
            guard known == true else { return scripts.map(\.name) }
            return try Migrator.outstanding(scripts, ledger: try readLedger(handle)).map(\.name)
        }
    }

    private func apply(_ script: MigrationScript, _ handle: borrowing ConnectionHandle) throws(MigrationError) {
        let start = ContinuousClock.now
        do throws(DatabaseError) {
            try handle.executeBlocking("begin")
            try handle.executeBlocking(script.sql)
            _ = try handle.queryBlocking(
                """
                insert into medmitra.schema_migrations (name, checksum, kind, applied_at)
                values (\(script.name), \(script.checksum), \(script.kind.rawValue), now())
                on conflict (name) do update set checksum = excluded.checksum, applied_at = now()
                """)
            try handle.executeBlocking("commit")
        } catch {
            throw .failed(script: script.name, error: error)
        }
        observer.observe(.migrationApplied(name: script.name, duration: ContinuousClock.now - start))
    }

    private typealias Ledger = [String: (checksum: String, kind: String)]

    private func readLedger(_ handle: borrowing ConnectionHandle) throws(MigrationError) -> Ledger {
        do throws(DatabaseError) {
            var ledger: Ledger = [:]
            for row in try handle.queryBlocking("select name, checksum, kind from medmitra.schema_migrations").rows {
                ledger[try row.text(0)] = (try row.text(1), try row.text(2))
            }
            return ledger
        } catch {
            throw .database(error)
        }
    }

    private static func outstanding(
        _ scripts: [MigrationScript], ledger: Ledger
    ) throws(MigrationError) -> [MigrationScript] {
        let names = Set(scripts.map(\.name))
        for (name, entry) in ledger.sorted(by: { $0.key < $1.key })
        where entry.kind == MigrationScript.Kind.versioned.rawValue && !names.contains(name) {
            throw .unknown(script: name)
        }
        var outstanding: [MigrationScript] = []
        for script in scripts {
            guard let entry = ledger[script.name] else {
                outstanding.append(script)
                continue
            }
            guard entry.checksum != script.checksum else { continue }
            guard script.kind == .repeatable else { throw .changed(script: script.name) }
            outstanding.append(script)
        }
        return outstanding
    }

    private func blocking(
        _ body: @escaping @Sendable (borrowing ConnectionHandle) throws(MigrationError) -> [String]
    ) async throws(MigrationError) -> [String] {
        let configuration = configuration
        let answer = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<[String], MigrationError>, Never>) in
            SystemThread.start(name: "pg-migrate") {
                do throws(MigrationError) {
                    let handle: ConnectionHandle
                    do throws(DatabaseError) {
                        handle = try ConnectionHandle.connect(configuration)
                    } catch {
                        throw .database(error)
                    }
                    continuation.resume(returning: .success(try body(handle)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try answer.get()
    }

    private func step<Answer>(
        _ body: () throws(DatabaseError) -> Answer
    ) throws(MigrationError) -> Answer {
        do throws(DatabaseError) { return try body() } catch { throw .database(error) }
    }
}
