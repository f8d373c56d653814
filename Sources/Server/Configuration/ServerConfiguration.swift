public import Auth
public import Cases
public import Core
public import Cryptography
public import Gateway
public import Insights
public import Jobs
internal import Postgres
public import Rest
public import Storage

/// The whole configuration, read once, with every mistake reported together.
public struct ServerConfiguration: Sendable {
    /// Services this version has.
    public enum ServiceName: String, Sendable, CaseIterable {
        case auth, rest, storage, cases
    }

    public var services: Set<ServiceName> = Set(ServiceName.allCases)
    public var dataDirectory = "./data"
    public var gateway = GatewayConfiguration()
    public var metricsPort: Int?
    /// PostgREST's admin server, for the REST service by itself.
    public var adminPort: Int?
    public var logLevel = "info"

    /// Nil runs the embedded cluster.
    public var databaseURL: Secret<String>?
    public var servicePassword: Secret<String>?
    public var postgresBinaries: String?
    public var postgresUserName = "postgres"
    public var poolSize = 10
    public var poolWait: Duration = .seconds(10)
    public var usesPreparedStatements = true

    public var jwtSecret: Secret<String>?
    /// Former secrets that still verify tokens, newest first.
    public var previousSecrets: [Secret<String>] = []
    public var jwtKeys: Secret<String>?
    /// The `kid` of tokens that the secret signs.
    public var jwtKeyID: String?
    /// Algorithms of tokens that are accepted; nil for those of the keys.
    public var jwtValidMethods: Set<SignatureAlgorithm>?
    public var anonKey: Secret<String>?
    public var serviceRoleKey: Secret<String>?
    public var publishableKey: Secret<String>?
    public var secretKey: Secret<String>?

    public var auth = AuthConfiguration()
    /// What the auth service sends, and how.
    public var delivery = DeliveryConfiguration()
    public var passwordThreads: Int?
    public var rest = RestConfiguration()
    public var restPoolSize: Int?
    public var storage = StorageConfiguration()
    public var cases = CasesConfiguration()
    public var insights = InsightsConfig()
    public var jobs = JobsConfiguration()

    /// Names that were given and have no effect in this version.
    public var unused: [String] = []

    /// Throws ``ConfigurationError`` with all problems.
    public init(_ source: SettingsSource) throws(ConfigurationError) {
        var reader = SettingsReader(source)
        unused = source.unused
        readListening(&reader)
        readDatabase(&reader)
        readKeys(&reader)
        readAuth(&reader)
        readRest(&reader)
        readOthers(&reader)
        checkTogether(&reader)
        try reader.finish()
    }

    /// True where only programs on this machine can reach the listener.
    public var listensOnLoopbackOnly: Bool { ["127.0.0.1", "::1", "localhost"].contains(gateway.host) }

    private mutating func readListening(_ reader: inout SettingsReader) {
        gateway.host = reader.text("HOST") ?? gateway.host
        gateway.port = reader.integer("PORT") ?? gateway.port
        if let certificate = reader.text("TLS_CERT"), let key = reader.text("TLS_KEY") {
            gateway.tls = .init(certificate: certificate, key: key)
        }
        gateway.redirectPort = reader.integer("HTTP_REDIRECT_PORT")
        let scheme = gateway.tls == nil ? "http" : "https"
        let host = ["0.0.0.0", "::"].contains(gateway.host) ? "127.0.0.1" : gateway.host
        gateway.publicURL = reader.url("SUPABASE_PUBLIC_URL") ?? "\(scheme)://\(host):\(gateway.port)"
        metricsPort = reader.integer("METRICS_PORT")
        adminPort = reader.integer("REST_ADMIN_PORT")
        gateway.allowedOrigins = reader.list("CORS_ALLOWED_ORIGINS")?.filter { $0 != "any" && $0 != "*" } ?? []
        if let seconds = reader.integer("CLIENT_STALL_SECONDS") { gateway.stallMax = .seconds(seconds) }
        for text in reader.list("TRUSTED_PROXIES") ?? [] where text != "none" {
            if let network = Network(text) {
                gateway.trustedProxies.append(network)
            } else {
                reader.complain("TRUSTED_PROXIES", "\(text) is no address or CIDR range")
            }
        }
        if let names = reader.list("SERVICES") {
            services = []
            for name in names {
                if let service = ServiceName(rawValue: name) {
                    services.insert(service)
                } else {
                    let known = ServiceName.allCases.map(\.rawValue).joined(separator: ", ")
                    reader.complain("SERVICES", "\(name) is no service of this version; there are \(known)")
                }
            }
        }
        dataDirectory = reader.text("DATA_DIR") ?? dataDirectory
        logLevel = reader.text("LOG_LEVEL") ?? logLevel
    }

    private mutating func readDatabase(_ reader: inout SettingsReader) {
        // No connection string begins with an at sign. Blanks around it are the file's.
        databaseURL = reader.secret("DATABASE_URL", inFileUnder: "").map { Secret(SettingText.trimmed($0.reveal())) }
        // libpq's words may quote the string, which holds a password.
        if let url = databaseURL, ConnectionString.problem(in: url.reveal()) != nil {
            reader.complain(
                "DATABASE_URL", "is no connection string: postgresql://user:password@host:port/database is expected")
        }
        servicePassword = reader.secret("POSTGRES_PASSWORD")
        postgresBinaries = reader.text("MEDMITRA_PG_BIN")
        postgresUserName = reader.text("POSTGRES_USER_NAME") ?? postgresUserName
        poolSize = reader.integer("DB_POOL_SIZE") ?? poolSize
        poolWait = reader.duration("DB_POOL_WAIT_SECONDS") ?? poolWait
        usesPreparedStatements = reader.flag("DB_PREPARED_STATEMENTS") ?? usesPreparedStatements
    }

    private mutating func readKeys(_ reader: inout SettingsReader) {
        jwtSecret = reader.secret("JWT_SECRET", inFileUnder: "PGRST_")
        // PostgREST takes a JWK or a JWK set in its place.
        if let secret = jwtSecret, secret.reveal().utf8.count < 32, !secret.reveal().hasPrefix("{"),
            reader.flag("REST_JWT_SECRET_IS_BASE64") != true
        {
            reader.complain("JWT_SECRET", "must have at least 32 characters")
        }
        previousSecrets = (reader.list("JWT_PREVIOUS_SECRETS") ?? []).map { Secret($0) }
        jwtKeys = reader.secret("JWT_KEYS")
        anonKey = reader.secret("ANON_KEY")
        serviceRoleKey = reader.secret("SERVICE_ROLE_KEY")
        publishableKey = reader.secret("SUPABASE_PUBLISHABLE_KEY")
        secretKey = reader.secret("SUPABASE_SECRET_KEY")
    }

    private mutating func readAuth(_ reader: inout SettingsReader) {
        auth.issuer = reader.text("JWT_ISSUER") ?? gateway.publicURL + "/auth/v1"
        auth.audience = reader.text("JWT_AUD") ?? auth.audience
        auth.accessTokenLifetime = reader.duration("JWT_EXPIRY") ?? auth.accessTokenLifetime
        auth.isSignUpDisabled = reader.flag("DISABLE_SIGNUP") ?? auth.isSignUpDisabled
        auth.isEmailEnabled = reader.flag("ENABLE_EMAIL_SIGNUP") ?? auth.isEmailEnabled
        // Without a way to send mail nobody could confirm an address.
        auth.isEmailAutoconfirmed = reader.flag("ENABLE_EMAIL_AUTOCONFIRM") ?? (reader.text("SMTP_HOST") == nil)
        auth.areAnonymousUsersEnabled = reader.flag("ENABLE_ANONYMOUS_USERS") ?? auth.areAnonymousUsersEnabled
        auth.passwordLengthMin = reader.integer("PASSWORD_MIN_LENGTH") ?? auth.passwordLengthMin
        auth.refreshTokenReuseInterval =
            reader.duration("REFRESH_TOKEN_REUSE_INTERVAL") ?? auth.refreshTokenReuseInterval
        auth.sessionTimebox = reader.duration("SESSIONS_TIMEBOX")
        auth.sessionInactivityMax = reader.duration("SESSIONS_INACTIVITY_TIMEOUT")
        auth.isSessionSinglePerUser = reader.flag("SESSIONS_SINGLE_PER_USER") ?? auth.isSessionSinglePerUser
        passwordThreads = reader.integer("PASSWORD_HASH_THREADS")
        auth.redirects.siteURL = reader.url("SITE_URL") ?? auth.redirects.siteURL
        auth.redirects.serviceURL = gateway.publicURL + "/auth/v1"
        readAuthMail(&reader)
        readAuthPhone(&reader)
        readAuthDelivery(&reader)
        readAuthExternal(&reader)
        readAuthOAuthServer(&reader)
        readAuthFactors(&reader)
        readAuthHooks(&reader)
        readAuthThrottling(&reader)
        readAuthLimits(&reader)
    }

    /// True where the gateway is a PostgREST replacement in front of a database that is not its own: it migrates
    /// nothing, makes no keys and asks only for those it is given.
    public var servesRestAlone: Bool { services == [.rest] && databaseURL != nil }

    private mutating func readRest(_ reader: inout SettingsReader) {
        let alone = servesRestAlone
        rest.schemas = reader.list("DB_SCHEMAS") ?? (alone ? ["public"] : ["public", "storage", "graphql_public"])
        if !SettingText.mayBeExposed(rest.schemas) {
            reader.complain("DB_SCHEMAS", "must not name pg_catalog or information_schema")
        }
        let isPathEmpty = alone && reader.isGivenEmpty("DB_EXTRA_SEARCH_PATH")
        rest.extraSearchPath =
            isPathEmpty ? [] : reader.list("DB_EXTRA_SEARCH_PATH") ?? (alone ? ["public"] : ["public", "extensions"])
        rest.rowsMax = reader.integer("DB_MAX_ROWS") ?? (alone ? nil : 1000)
        rest.anonymousRole = reader.text("DB_ANON_ROLE") ?? (alone ? nil : "anon")
        rest.preRequest = reader.text("DB_PRE_REQUEST")
        rest.rootFunction = reader.text("DB_ROOT_SPEC")
        rest.allowsAggregates = reader.flag("DB_AGGREGATES_ENABLED") ?? false
        rest.allowsPlans = reader.flag("DB_PLAN_ENABLED") ?? false
        rest.transactionEnd =
            reader.text("DB_TX_END").flatMap(RestConfiguration.TransactionEnd.init) ?? rest.transactionEnd
        rest.channel = reader.text("DB_CHANNEL") ?? rest.channel
        rest.listensForReloads = reader.flag("DB_CHANNEL_ENABLED") ?? true
        rest.readsDatabaseSettings = reader.flag("DB_CONFIG") ?? true
        rest.preConfig = reader.text("DB_PRE_CONFIG")
        rest.hoistedSettings = reader.list("DB_HOISTED_TX_SETTINGS") ?? rest.hoistedSettings
        rest.audience = reader.text("REST_JWT_AUD")
        if let text = reader.text("REST_JWT_ROLE_CLAIM_KEY") {
            if let path = RoleClaimPath(text) {
                rest.roleClaim = path
            } else {
                reader.complain("PGRST_JWT_ROLE_CLAIM_KEY", "is no JSONPath; $.role is one")
            }
        }
        if alone {
            rest.jwtSecret = jwtSecret
            rest.isJWTSecretBase64 = reader.flag("REST_JWT_SECRET_IS_BASE64") ?? false
            rest.previousJWTSecrets = previousSecrets
            rest.allowedOrigins = gateway.allowedOrigins
        }
        rest.openAPIMode = reader.text("OPENAPI_MODE").flatMap(RestConfiguration.OpenAPIMode.init) ?? rest.openAPIMode
        rest.describesSecurity = reader.flag("OPENAPI_SECURITY_ACTIVE") ?? false
        rest.openAPIProxyURL = reader.url("OPENAPI_SERVER_PROXY_URI")
        rest.showsTiming = reader.flag("SERVER_TIMING_ENABLED") ?? false
        rest.traceHeader = reader.text("SERVER_TRACE_HEADER")
        rest.showsErrorDetails = reader.text("CLIENT_ERROR_VERBOSITY") != "minimal"
        rest.acceptsTargetNames = reader.flag("URL_USE_LEGACY_TARGET_NAMES") ?? true
        rest.publicURL = gateway.publicURL + (alone ? "" : "/rest/v1")
        rest.applicationSettings = reader.applicationSettings
        restPoolSize = reader.integer("REST_POOL_SIZE")
        rest.embedDepthMax = reader.integer("REST_EMBED_DEPTH_MAX") ?? rest.embedDepthMax
        if let limit = reader.integer("REST_BODY_MAX") { rest.bodyMax = .bytes(limit) }
    }

    private mutating func readOthers(_ reader: inout SettingsReader) {
        if let limit = reader.integer("FILE_SIZE_LIMIT") { storage.fileSizeLimit = .bytes(limit) }
        cases.publicURL = gateway.publicURL
        cases.audience = auth.audience
        cases.fileURLLifetime = reader.duration("CASES_FILE_URL_SECONDS") ?? cases.fileURLLifetime
        insights.ocrLanguage = reader.text("OCR_LANGUAGE") ?? insights.ocrLanguage
        if let megabytes = reader.integer("DOCUMENT_MEMORY_MB") { insights.programMemory = .mebibytes(megabytes) }
        insights.documentTime = reader.duration("DOCUMENT_SECONDS") ?? insights.documentTime
        insights.requireNetworkIsolation =
            reader.flag("REQUIRE_NETWORK_ISOLATION") ?? insights.requireNetworkIsolation
        jobs.concurrency = reader.integer("JOBS_CONCURRENCY") ?? jobs.concurrency
        jobs.lease = reader.duration("JOBS_LEASE_SECONDS") ?? jobs.lease
    }

    private func checkTogether(_ reader: inout SettingsReader) {
        if gateway.tls == nil, reader.text("TLS_CERT") != nil || reader.text("TLS_KEY") != nil {
            reader.complain("TLS_CERT", "and TLS_KEY go together: one of them is missing")
        }
        if gateway.redirectPort != nil, gateway.tls == nil {
            reader.complain("HTTP_REDIRECT_PORT", "makes sense only with TLS_CERT and TLS_KEY")
        }
        if adminPort != nil, adminPort == gateway.port {
            reader.complain("REST_ADMIN_PORT", "must be another port than PORT")
        }
        if jobs.lease < .seconds(3) { reader.complain("JOBS_LEASE_SECONDS", "must be at least 3") }
        if services.isEmpty { reader.complain("SERVICES", "names no service") }
    }
}
