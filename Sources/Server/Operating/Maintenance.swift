internal import Core
internal import Postgres

/// What the command line does with an installation's database, whether its server runs or not.
public struct Maintenance: Sendable {
    let loaded: LoadedConfiguration
    private let observer: any Observer = SilentObserver()

    public init(_ loaded: LoadedConfiguration) throws { self.loaded = loaded }

    /// Names of migrations that are not applied. Throws ``StartupError``.
    public func pendingMigrations() async throws -> [String] {
        try await withDatabases { databases in
            try await Migrator(databases.ownerConfiguration(name: "migrate")).pending(scripts: MigrationScripts.all)
        }
    }

    /// Applies what is missing and returns its names. Throws ``StartupError`` and what the migrator throws.
    public func migrate() async throws -> [String] {
        try await withDatabases { databases in
            try await Migrator(databases.ownerConfiguration(name: "migrate")).migrate(
                bootstrap: MigrationScripts.bootstrap, scripts: MigrationScripts.all)
        }
    }

    /// Gives `body` a database that answers: the configured one, the one a running server supervises, or the
    /// embedded cluster, started for the occasion.
    func withDatabases<Answer: Sendable>(
        _ body: @escaping @Sendable (Databases) async throws -> Answer
    ) async throws -> Answer {
        let configuration = loaded.configuration
        if let url = configuration.databaseURL {
            return try await body(
                Databases(
                    configuration: configuration, owner: url, ownerPassword: nil,
                    servicePassword: configuration.servicePassword))
        }
        let keys = try loaded.completeKeys()
        let cluster = try await EmbeddedCluster.locate(
            configuration, directory: loaded.directory, password: keys.postgresPassword, observer: observer)
        let databases = Databases(
            configuration: configuration, owner: Secret(cluster.connection), ownerPassword: keys.postgresPassword,
            servicePassword: keys.postgresPassword)
        do {
            let lock = try loaded.directory.lock()
            let answer = try await runAlongside(cluster, databases, body)
            _ = lock.file
            return answer
        } catch StartupError.directoryInUse {
            // A server runs here and keeps the database up.
            return try await body(databases)
        }
    }

    private func runAlongside<Answer: Sendable>(
        _ cluster: EmbeddedCluster, _ databases: Databases,
        _ body: @escaping @Sendable (Databases) async throws -> Answer
    ) async throws -> Answer {
        try await withThrowingTaskGroup(of: Answer?.self) { group in
            group.addTask {
                try await cluster.run()
                return nil
            }
            group.addTask {
                await cluster.waitUntilPrepared()
                // Waits until the cluster takes connections.
                var configuration = databases.ownerConfiguration(name: "wait")
                configuration.waitMax = .seconds(120)
                let owner = Database(configuration)
                do {
                    try await owner.run("select 1")
                } catch {
                    await owner.shutdown()
                    throw error
                }
                await owner.shutdown()
                return try await body(databases)
            }
            defer { group.cancelAll() }
            while let answer = try await group.next() {
                if let answer { return answer }
            }
            throw StartupError.clusterDidNotStart(log: cluster.logFile)
        }
    }
}
