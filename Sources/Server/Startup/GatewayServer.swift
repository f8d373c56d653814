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
    fileprivate let configuration: ServerConfiguration
    fileprivate let directory: DataDirectory
    fileprivate let keys: InstallationKeys
    fileprivate let onReady: @Sendable (ReadyServer) -> Void

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
        let sink = LogSink()
        defer { sink.flush() }
        var logger = Logger(label: "medmitra") { _ in
            JSONLogHandler(sink: sink, level: Logger.Level(rawValue: configuration.logLevel) ?? .info)
        }
        logger[metadataKey: "service"] = nil
        let observer = ObserverGroup(observers: [LogObserver(logger: logger, access: AccessLog(sink: sink)), metrics])
        for name in configuration.unused { observer.observe(.notice("setting \(name) has no effect in this version")) }
        for warning in try keys.check(onLoopbackOnly: configuration.listensOnLoopbackOnly) {
            observer.observe(.warning(warning))
        }
        var services: [any Service] = []
        if configuration.servesRestAlone, let url = configuration.databaseURL {
            services.append(
                RestAlone(
                    configuration: configuration, url: url, observer: observer, metrics: metrics, logger: logger
                ) { port in announceAlone(port: port) })
        } else if let url = configuration.databaseURL {
            services.append(
                application(
                    Databases(
                        configuration: configuration, owner: url, ownerPassword: nil,
                        servicePassword: configuration.servicePassword), cluster: nil, observer, metrics, logger))
        } else {
            let cluster = try await EmbeddedCluster.locate(
                configuration, directory: directory, password: keys.postgresPassword, observer: observer)
            services.append(cluster)
            services.append(
                application(
                    Databases(
                        configuration: configuration, owner: Secret(cluster.connection),
                        ownerPassword: keys.postgresPassword, servicePassword: keys.postgresPassword),
                    cluster: cluster, observer, metrics, logger))
        }
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

extension GatewayServer {
    private func application(
        _ databases: Databases, cluster: EmbeddedCluster?, _ observer: any Observer, _ metrics: MetricsObserver,
        _ logger: Logger
    ) -> ApplicationService {
        ApplicationService(
            configuration: configuration, directory: directory, keys: keys, databases: databases, cluster: cluster,
            observer: observer,
            metrics: metrics, logger: logger, onReady: onReady)
    }

    private func announceAlone(port: Int) {
        var url = configuration.gateway.publicURL
        if configuration.gateway.port == 0, url.hasSuffix(":0") { url = url.dropLast(1) + String(port) }
        onReady(
            ReadyServer(
                url: url, keys: nil, dataDirectory: nil, services: ["rest"], usesEmbeddedDatabase: false,
                autoconfirms: false))
    }
}

/// What a person wants to know of a server that has started.
public struct ReadyServer: Sendable {
    public let url: String
    /// Nil where the gateway made none: the REST service by itself.
    public let keys: InstallationKeys?
    public let dataDirectory: String?
    public let services: [String]
    public let usesEmbeddedDatabase: Bool
    public let autoconfirms: Bool
}
