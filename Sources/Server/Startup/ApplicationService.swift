internal import Auth
internal import Cases
internal import Core
internal import Cryptography
internal import Gateway
internal import Insights
internal import Jobs
internal import Logging
internal import Objects
internal import Postgres
internal import Rest
internal import ServiceLifecycle
internal import Storage
internal import Tokens

/// Everything above the database: migrates, makes the services, opens the port last and closes it first.
struct ApplicationService: Service {
    let configuration: ServerConfiguration
    let directory: DataDirectory
    let keys: InstallationKeys
    let databases: Databases
    let cluster: EmbeddedCluster?
    let observer: any Observer
    let metrics: MetricsObserver
    let logger: Logger
    let onReady: @Sendable (ReadyServer) -> Void

    func run() async throws {
        // A stop that comes while the database is still coming up ends the wait.
        let migrated = try await cancelWhenGracefulShutdown {
            do {
                try await migrate()
                return true
            } catch {
                if Task.isCancelled { return false }
                throw error
            }
        }
        guard migrated else { return }
        let store: FileSystemStore
        do throws(ObjectError) {
            store = try await FileSystemStore(root: directory.objects)
        } catch {
            throw StartupError.objects("\(error)")
        }
        let parts = try Parts(self, objects: store)
        let group = ServiceGroup(
            services: try services(parts), logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() })
        do {
            try await group.run()
        } catch {
            await parts.shutdown()
            throw error
        }
        await parts.shutdown()
    }

    // MARK: Database

    private func migrate() async throws {
        await cluster?.waitUntilPrepared()
        try Task.checkCancellation()
        var ownerConfiguration = databases.ownerConfiguration(name: "owner")
        ownerConfiguration.connectionsMax = 1
        // The embedded cluster is being made, or recovers from a crash.
        ownerConfiguration.waitMax = configuration.databaseURL == nil ? .seconds(120) : .seconds(30)
        let owner = Database(ownerConfiguration, observer: observer)
        defer { Task { await owner.shutdown() } }
        do throws(DatabaseError) {
            let version = try await owner.run("select current_setting('server_version')").first?.text(0) ?? "?"
            observer.observe(.clusterStarted(version: version))
        } catch {
            throw StartupError.database("cannot be reached: \(error.logText)")
        }
        do throws(MigrationError) {
            _ = try await Migrator(ownerConfiguration, observer: observer).migrate(
                bootstrap: MigrationScripts.bootstrap, scripts: MigrationScripts.all)
        } catch {
            throw StartupError.migration("\(error)")
        }
        guard configuration.databaseURL == nil else { return }
        do throws(DatabaseError) {
            try await Logins.setPasswords(owner, keys.postgresPassword)
        } catch {
            throw StartupError.database("the service logins could not be given their password: \(error.logText)")
        }
    }

    // MARK: Services

    /// In starting order; the group stops them in the reverse one, so the listener goes first.
    private func services(_ parts: Parts) throws -> [any Service] {
        var services: [any Service] = []
        if configuration.services.contains(.storage) || configuration.services.contains(.cases) {
            services.append(MaintenanceService { await parts.maintenance.run() })
        }
        if configuration.services.contains(.auth) {
            services.append(MaintenanceService { await parts.authMaintenance.run() })
            if let messages = parts.messages { services.append(MessageService(queue: messages)) }
        }
        if configuration.services.contains(.cases) {
            services.append(
                JobWorker(
                    database: parts.serviceDatabase,
                    listening: databases.configuration(name: "jobs-listen", login: Logins.service),
                    handlers: [
                        AnalysisJob(
                            database: parts.serviceDatabase, objects: parts.objects, insights: parts.insights)
                    ], configuration: configuration.jobs, observer: observer,
                    makeLease: { SecureRandom.uuid() }))
        }
        services.append(
            NamedKeysService(
                ring: parts.recognizer.live, database: parts.serviceDatabase,
                listening: databases.configuration(name: "keys-listen", login: Logins.service), observer: observer))
        if let rest = parts.rest { services += [rest.schemaCacheService, ReloadSignals(rest: rest)] }
        let listeners = Listeners(
            configuration: configuration.gateway, recognizer: parts.recognizer, observer: observer,
            clock: parts.clock, logger: logger)
        if let port = configuration.metricsPort {
            services.append(listeners.plain([Mount("", MetricsSurface(metrics: metrics))], port: port))
        }
        var opensAfter: (@Sendable () async -> Void)?
        if let rest = parts.rest { opensAfter = { await rest.firstLoadWasTried() } }
        services += try listeners.clients(parts.mounts, opensAfter: opensAfter) { port in announce(port: port) }
        return services
    }

    private func announce(port: Int) {
        var url = configuration.gateway.publicURL
        // Port 0 took whichever was free.
        if configuration.gateway.port == 0, url.hasSuffix(":0") { url = url.dropLast(1) + String(port) }
        onReady(
            ReadyServer(
                url: url, keys: keys, dataDirectory: directory.path,
                services: configuration.services.map(\.rawValue).sorted(),
                usesEmbeddedDatabase: configuration.databaseURL == nil,
                autoconfirms: configuration.auth.isEmailAutoconfirmed))
    }
}

/// Sends mails and text messages for as long as the server runs, and for some seconds after the listeners have closed.
struct MessageService: Service {
    let queue: MessageQueue

    func run() async throws {
        await withGracefulShutdownHandler {
            await queue.run()
        } onGracefulShutdown: {
            queue.close()
        }
    }
}

/// Runs a service's upkeep for as long as the server runs.
struct MaintenanceService: Service {
    let upkeep: @Sendable () async -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown { await upkeep() }
    }
}
