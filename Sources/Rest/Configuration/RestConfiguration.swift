public import Core

/// How the REST service behaves: PostgREST's settings under PostgREST's names (`db-schemas` is ``schemas``).
public struct RestConfiguration: Sendable {
    /// `db-schemas`: the schemas clients may name, the default one first. Environment: `PGRST_DB_SCHEMAS`.
    public var schemas = ["public"]
    /// `db-extra-search-path`: schemas added to the search path of every request; not exposed.
    public var extraSearchPath = ["public"]
    /// `db-anon-role`: the role of requests without a token; nil refuses them (PGRST302).
    public var anonymousRole: String? = "anon"
    /// `db-max-rows`: most rows of every level of a read; nil for no limit.
    public var rowsMax: Int?
    /// `db-pre-request`: a function, `schema.name` or a bare name, called before every request.
    public var preRequest: String?
    /// `db-root-spec`: a function of the default schema whose result is the root document.
    public var rootFunction: String?
    /// `db-aggregates-enabled`
    public var allowsAggregates = false
    /// `db-plan-enabled`
    public var allowsPlans = false
    /// `db-tx-end`
    public var transactionEnd = TransactionEnd.commit
    /// `db-hoisted-tx-settings`: settings of functions that hold for their whole transaction.
    public var hoistedSettings = [
        "statement_timeout", "plan_filter.statement_cost_limit", "default_transaction_isolation",
    ]
    /// `db-channel`: where `NOTIFY` asks for a reload of the schema cache.
    public var channel = "pgrst"
    /// `db-channel-enabled`: whether anybody listens there.
    public var listensForReloads = true
    /// `db-config`: whether settings in the database (`ALTER ROLE … SET pgrst.…`) win over these.
    public var readsDatabaseSettings = true
    /// `db-pre-config`: a function, `schema.name` or a bare name, that sets such settings.
    public var preConfig: String?
    /// `jwt-aud`: the audience that tokens must name; nil accepts any.
    public var audience: String?
    /// `jwt-role-claim-key`: where in the claims the role is.
    public var roleClaim = RoleClaimPath.role
    /// `jwt-secret`: a shared secret, a JWK or a JWK set, for a service that is given no verifier.
    public var jwtSecret: Secret<String>?
    /// `jwt-secret-is-base64`
    public var isJWTSecretBase64 = false
    /// Former shared secrets that still verify.
    public var previousJWTSecrets: [Secret<String>] = []
    /// `server-cors-allowed-origins`, for a service by itself; empty means any.
    public var allowedOrigins: [String] = []
    /// `openapi-mode`
    public var openAPIMode = OpenAPIMode.followPrivileges
    /// `openapi-security-active`
    public var describesSecurity = false
    /// `openapi-server-proxy-uri`: the URL that the root document names; nil uses ``publicURL``.
    public var openAPIProxyURL: String?
    /// The URL under which clients reach the service, with the mount's prefix.
    public var publicURL = "http://127.0.0.1:8000/rest/v1"
    /// `server-timing-enabled`
    public var showsTiming = false
    /// `server-trace-header`: a request header that is echoed.
    public var traceHeader: String?
    /// `client-error-verbosity`: false leaves only code and message in error bodies.
    public var showsErrorDetails = true
    /// `url-use-legacy-target-names`: aliased embeds can be named by their relation too.
    public var acceptsTargetNames = true
    /// `app.settings.*`: set in every transaction, names with the prefix.
    public var applicationSettings: [(name: String, value: Secret<String>)] = []
    /// Largest request body. Environment: `REST_BODY_MAX`.
    public var bodyMax = ByteCount.mebibytes(64)

    public init() {}

    /// How transactions of requests end.
    public enum TransactionEnd: String, Sendable, CaseIterable {
        case commit
        case commitAllowOverride = "commit-allow-override"
        case rollback
        case rollbackAllowOverride = "rollback-allow-override"

        /// Whether `Prefer: tx=` counts.
        public var allowsOverride: Bool { self == .commitAllowOverride || self == .rollbackAllowOverride }
        /// Whether a request that prefers nothing is rolled back.
        public var rollsBack: Bool { self == .rollback || self == .rollbackAllowOverride }
    }

    /// What the root document shows.
    public enum OpenAPIMode: String, Sendable, CaseIterable {
        case followPrivileges = "follow-privileges"
        case ignorePrivileges = "ignore-privileges"
        case disabled
    }
}
