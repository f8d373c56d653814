internal import Auth
internal import Cases
internal import Core
internal import Cryptography
internal import Gateway
internal import Insights
internal import Jobs
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Objects
internal import Postgres
internal import ServiceLifecycle
internal import Storage
internal import Tokens
internal import UnixSignals

/// The whole server: database, migrations, services, listeners, background work; started in order and stopped in
/// the reverse one.
public struct GatewayServer: Sendable {
    private let configuration: ServerConfiguration
    private let directory: DataDirectory
    private let keys: InstallationKeys
    private let onReady: @Sendable (ReadyServer) -> Void

    /// - Parameter onReady: called once requests are answered, with what a person wants to know.
    public init(
        configuration: ServerConfiguration, directory: DataDirectory, keys: InstallationKeys,
        onReady: @escaping @Sendable (ReadyServer) -> Void
    ) {
        self.configuration = configuration
        self.directory = directory
        self.keys = keys
        self.onReady = onReady
    }

    /// Runs until SIGTERM or SIGINT, or until something it cannot do without fails. Throws ``StartupError``.
    public func run() async throws {
        if let files = configuration.gateway.tls {
            do throws(CertificateError) { _ = try CertificateStore(files) } catch {
                throw StartupError.certificate("\(error)")
            }
        }
        let lock = try directory.lock()
        let metrics = MetricsObserver()
        var logger = Logger(label: "medmitra") { label in
            JSONLogHandler(label: label, level: Logger.Level(rawValue: configuration.logLevel) ?? .info)
        }
        logger[metadataKey: "service"] = nil
        let observer = ObserverGroup(observers: [LogObserver(logger: logger), metrics])
        for name in configuration.unused { observer.observe(.notice("setting \(name) has no effect in this version")) }
        for warning in try keys.check(onLoopbackOnly: configuration.listensOnLoopbackOnly) {
            observer.observe(.warning(warning))
        }
        var services: [any Service] = []
        let databases: Databases
        if let url = configuration.databaseURL {
            databases = Databases(
                configuration: configuration, owner: url, ownerPassword: nil,
                servicePassword: configuration.servicePassword)
        } else {
            let cluster = try await EmbeddedCluster.locate(
                configuration, directory: directory, password: keys.postgresPassword, observer: observer)
            services.append(cluster)
            databases = Databases(
                configuration: configuration, owner: Secret(cluster.connection),
                ownerPassword: keys.postgresPassword, servicePassword: keys.postgresPassword)
        }
        services.append(
            ApplicationService(
                configuration: configuration, directory: directory, keys: keys, databases: databases,
                observer: observer, metrics: metrics, logger: logger, onReady: onReady))
        // The group stops its members last to first: the application, then the database beneath it.
        var silent = Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }
        silent.logLevel = .critical
        let group = ServiceGroup(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: silent)
        do {
            try await group.run()
        } catch {
            _ = lock.file
            throw error
        }
    }
}

/// What a person wants to know of a server that has started.
public struct ReadyServer: Sendable {
    public let url: String
    public let keys: InstallationKeys
    public let dataDirectory: String
    public let services: [String]
    public let usesEmbeddedDatabase: Bool
    public let autoconfirms: Bool
}
