public import Core
public import Objects
public import Postgres

/// Removes bytes in the background: those that rows gave up (the queue `medmitra.object_deletions`, filled by triggers
/// in the transaction that changed the row), versions that never got a row, and what interrupted uploads left.
///
/// Any number of processes may run it on one database.
public struct StorageMaintenance: Sendable {
    private let database: Database
    private let objects: any ObjectStore
    private let clock: any WallClock
    private let observer: any Observer
    private let configuration: StorageConfiguration

    /// - Parameter database: a pool that logs in as `supabase_storage_admin`.
    public init(
        database: Database, objects: any ObjectStore, clock: any WallClock, observer: any Observer,
        configuration: StorageConfiguration = StorageConfiguration()
    ) {
        self.database = database
        self.objects = objects
        self.clock = clock
        self.observer = observer
        self.configuration = configuration
    }

    /// Works until the task is cancelled. Failures are observed and tried again.
    public func run() async {
        var nextSweep = clock.now().advanced(by: configuration.orphanInterval)
        while !Task.isCancelled {
            do {
                while try await removeQueued() > 0 {}
                if clock.now() >= nextSweep {
                    nextSweep = clock.now().advanced(by: configuration.orphanInterval)
                    _ = try await removeOrphans()
                }
            } catch {
                if !Task.isCancelled { observer.observe(.warning("removing stored bytes: \(Self.logText(error))")) }
            }
            // Ends early when the task is cancelled, which the loop sees.
            try? await Task.sleep(for: configuration.deletionInterval)
        }
    }

    /// Removes one batch of queued bytes. Returns how many entries are dealt with; 0 means there is nothing left to do
    /// now. Throws ``DatabaseError``.
    public func removeQueued() async throws -> Int {
        try await database.transaction { transaction in
            let claimed = try await transaction.run(DeletionStatements.claim(limit: StorageLimits.deletionsBatch))
            var done: [Int] = []
            var failed: [Int] = []
            for row in claimed.rows {
                let id = try row.int(0)
                // A row that still names the bytes keeps them.
                var isDone = try row.bool(2)
                if !isDone { isDone = await remove(try row.text(1)) }
                if isDone { done.append(id) } else { failed.append(id) }
            }
            if !done.isEmpty { try await transaction.run(DeletionStatements.done(done)) }
            if !failed.isEmpty { try await transaction.run(DeletionStatements.postpone(failed)) }
            return done.count
        }
    }

    /// Removes one version's bytes. False means: try again later.
    private func remove(_ version: String) async -> Bool {
        // A row that no service of ours wrote may name a version that cannot be one: there are no bytes to remove.
        guard let version = try? ObjectVersion(bucket: "", key: "", version: version) else { return true }
        do throws(ObjectError) {
            try await objects.delete(version)
            return true
        } catch {
            observer.observe(.warning("removing stored bytes: \(error)"))
            return false
        }
    }

    /// Removes versions without a row and temporary files, both older than ``StorageConfiguration/orphanAge``. Returns
    /// how many were removed. Removes no version when there are more orphans than objects (and not just a few): the
    /// store then most likely belongs to another database, and an observation says so. Throws ``DatabaseError`` and
    /// ``ObjectError``.
    public func removeOrphans() async throws -> Int {
        let cutoff = clock.now().advanced(by: .zero - configuration.orphanAge)
        var removed = try await objects.sweepTemporary(olderThan: cutoff)
        let orphans = try await findOrphans(olderThan: cutoff)
        let live = try await database.run(DeletionStatements.countObjects).first?.int(0) ?? 0
        guard orphans.count < StorageLimits.orphansSuspicious || orphans.count <= live else {
            observer.observe(
                .warning(
                    "\(orphans.count) stored versions have no row and only \(live) objects exist: none was removed. "
                        + "Does the object store belong to this database?"))
            return removed
        }
        for version in orphans where await remove(version) { removed += 1 }
        if removed > 0 { observer.observe(.orphansSwept(count: removed)) }
        return removed
    }

    private func findOrphans(olderThan cutoff: Timestamp) async throws -> [String] {
        var orphans: [String] = []
        var last: String?
        while orphans.count < StorageLimits.orphansMax {
            let page = try await objects.versions(startingAfter: last, limit: StorageLimits.orphanPage)
            let old = page.filter { $0.storedAt < cutoff }.map(\.version)
            if !old.isEmpty {
                let known = try await database.run(DeletionStatements.known(old))
                let named = Set(known.rows.compactMap { $0.optionalText(0) })
                orphans += old.filter { !named.contains($0) }
            }
            guard page.count == StorageLimits.orphanPage, let end = page.last else { break }
            last = end.version
        }
        return orphans
    }

    private static func logText(_ error: any Error) -> String {
        if let error = error as? DatabaseError { return error.logText }
        if let error = error as? ObjectError { return error.description }
        return "\(type(of: error))"
    }
}
