internal import Auth
internal import Cases
internal import Core
internal import Cryptography
internal import Gateway
internal import Insights
internal import Objects
internal import Postgres
internal import Rest
internal import Storage
internal import Tokens

/// The services of a running server and what they are made of.
struct Parts: Sendable {
    let clock: any WallClock = UTCClock()
    let objects: FileSystemStore
    let serviceDatabase: Database
    let storageDatabase: Database
    let maintenance: StorageMaintenance
    let authMaintenance: AuthMaintenance
    let insights: InsightsConfig
    let recognizer: KeyRecognition
    let mounts: [Mount]
    /// Nil when the REST service does not run.
    let rest: RestService?
    private let databases: [Database]
    private let hasher: PasswordHasher
    private let outgoing: Outgoing
    /// Mails and text messages on their way; nil where none travel.
    var messages: MessageQueue? { outgoing.messages }

    /// Throws ``StartupError`` for keys that cannot be used.
    init(_ application: ApplicationService, objects: FileSystemStore) throws {
        let configuration = application.configuration
        let observer = application.observer
        self.objects = objects
        func pool(_ name: String, _ login: String) -> Database {
            Database(application.databases.configuration(name: name, login: login), observer: observer)
        }
        let signing = try SigningKeys(
            application.keys, previous: configuration.previousSecrets, jwtKeys: configuration.jwtKeys,
            keyID: configuration.jwtKeyID, validMethods: configuration.jwtValidMethods)
        serviceDatabase = pool("cases", Logins.service)
        storageDatabase = pool("storage", Logins.storage)
        let authDatabase = pool("auth", Logins.auth)
        let restConfiguration = application.databases.restConfiguration
        let restDatabase = Database(restConfiguration, observer: observer)
        databases = [serviceDatabase, storageDatabase, authDatabase, restDatabase]
        outgoing = try Outgoing(
            configuration, directory: application.directory.path + "/mails", clock: clock, observer: observer)
        hasher = try PasswordHasher(.init(threads: configuration.passwordThreads))
        recognizer = KeyRecognition(
            application.keys, additional: [], verifier: signing.verifier, clock: clock)
        maintenance = StorageMaintenance(
            database: storageDatabase, objects: objects, clock: clock, observer: observer,
            configuration: configuration.storage)
        authMaintenance = AuthMaintenance(
            database: authDatabase, clock: clock, observer: observer, configuration: configuration.auth)
        var insights = configuration.insights
        insights.workDirectory = application.directory.work
        try DataDirectory.make(application.directory.work, mode: 0o700)
        self.insights = insights

        var mounts = [Mount("/health", StatusSurface(kind: .health))]
        if configuration.services.contains(.auth) {
            var authConfiguration = configuration.auth
            // All processes of an installation have the same secret, and so count and derive alike.
            authConfiguration.serviceKey = ServiceKey(Secret(Array(application.keys.jwtSecret.reveal().utf8)))
            let auth = AuthService(
                database: authDatabase, issuer: signing.issuer, verifier: signing.verifier, hasher: hasher,
                peers: outgoing.peers, clock: clock, observer: observer, configuration: authConfiguration)
            mounts += [Mount("/auth/v1", auth), Mount("/.well-known", auth.discovery)]
            if let outbox = outgoing.outbox { mounts.append(Mount("/outbox", outbox)) }
        }
        if configuration.services.contains(.rest) {
            let service = try RestService(
                database: restDatabase, listening: restConfiguration, verifier: signing.verifier, clock: clock,
                observer: observer, configuration: configuration.rest)
            rest = service
            mounts.append(Mount("/rest/v1", service))
            mounts.append(Mount("/graphql/v1", GraphQLSurface(service)))
        } else {
            rest = nil
        }
        mounts.append(Mount("/ready", StatusSurface(kind: .ready(serviceDatabase, rest: rest))))
        if configuration.services.contains(.storage) {
            let storage = StorageService(
                database: storageDatabase, objects: objects, verifier: signing.verifier,
                urlIssuer: signing.urlIssuer, urlVerifier: signing.urlVerifier, clock: clock,
                configuration: configuration.storage)
            mounts.append(Mount("/storage/v1", storage))
        }
        if configuration.services.contains(.cases) {
            let cases = CasesService(
                database: serviceDatabase, objects: objects, verifier: signing.verifier, issuer: signing.urlIssuer,
                configuration: configuration.cases, clock: clock)
            mounts.append(Mount("", cases))
        }
        self.mounts = mounts
    }

    /// Closes the pools and ends the password threads.
    func shutdown() async {
        for database in databases { await database.shutdown() }
        await hasher.shutdown()
        await outgoing.shutdown()
    }
}
