internal import Core

/// What the auth service may be told. Defaults are GoTrue's, named beside each field; where the hosted platform and its
/// command line differ from GoTrue in a way that clients notice, the hosted value is taken and the comment says so.
public struct AuthConfiguration: Sendable {
    /// What `GET /health` reports as version.
    public var version = "dev"

    // MARK: Tokens

    /// The claim `iss`; nil leaves it out. Environment: `GOTRUE_JWT_ISSUER`.
    public var issuer: String?
    /// The audience of users and tokens. Environment: `GOTRUE_JWT_AUD`.
    public var audience = "authenticated"
    /// The role of new users. Environment: `GOTRUE_JWT_DEFAULT_GROUP_NAME`.
    public var defaultRole = "authenticated"
    /// Roles that may use the admin routes. Environment: `GOTRUE_JWT_ADMIN_ROLES`.
    public var adminRoles: Set<String> = ["service_role", "supabase_admin"]
    /// Lifetime of access tokens, whole seconds. Environment: `GOTRUE_JWT_EXP`.
    public var accessTokenLifetime: Duration = .seconds(3600)

    // MARK: Who may sign up, and how

    /// Environment: `GOTRUE_DISABLE_SIGNUP`.
    public var isSignUpDisabled = false
    /// Environment: `GOTRUE_EXTERNAL_EMAIL_ENABLED`.
    public var isEmailEnabled = true
    /// Environment: `GOTRUE_EXTERNAL_ANONYMOUS_USERS_ENABLED`.
    public var areAnonymousUsersEnabled = false
    /// Addresses count as confirmed without a mail. Environment: `GOTRUE_MAILER_AUTOCONFIRM`.
    public var isEmailAutoconfirmed = false
    /// An address change of a confirmed user is confirmed from both addresses. Environment:
    /// `GOTRUE_MAILER_SECURE_EMAIL_CHANGE_ENABLED`.
    public var isEmailChangeSecure = true
    /// Digits of the codes in mails, 6 to 10. Environment: `GOTRUE_MAILER_OTP_LENGTH`.
    public var mailedCodeLength = 6
    /// Shortest time between two mails to one user. Environment: `GOTRUE_SMTP_MAX_FREQUENCY`.
    public var mailInterval: Duration = .seconds(60)

    // MARK: Passwords

    /// Fewest bytes of a password. Environment: `GOTRUE_PASSWORD_MIN_LENGTH`.
    public var passwordLengthMin = 6
    /// Sets of characters of each of which a password must have one. Environment:
    /// `GOTRUE_PASSWORD_REQUIRED_CHARACTERS`, the sets separated by `:`.
    public var passwordCharacterSets: [String] = []
    /// A password is refused when breaches cannot be looked up. Environment: `GOTRUE_PASSWORD_HIBP_FAIL_CLOSED`.
    public var isBreachLookupRequired = false
    /// A user who changes the password must give the current one. Environment:
    /// `GOTRUE_SECURITY_UPDATE_PASSWORD_REQUIRE_CURRENT_PASSWORD`.
    public var isCurrentPasswordRequired = false
    /// A user who signed in more than a day ago changes the password with a code of `GET /reauthenticate`. Environment:
    /// `GOTRUE_SECURITY_UPDATE_PASSWORD_REQUIRE_REAUTHENTICATION`.
    public var isReauthenticationRequired = false

    // MARK: Sessions

    /// A reused refresh token revokes its family. Environment: `GOTRUE_SECURITY_REFRESH_TOKEN_ROTATION_ENABLED`.
    public var isRefreshTokenRotationEnabled = true
    /// For how long a revoked refresh token is still taken, because its answer may have been lost. GoTrue's own default
    /// is 0; this is the hosted one. Environment: `GOTRUE_SECURITY_REFRESH_TOKEN_REUSE_INTERVAL`.
    public var refreshTokenReuseInterval: Duration = .seconds(10)
    /// The version of the refresh tokens of new sessions: 2 for tokens that count, every other for random ones. Both are
    /// taken. Environment: `GOTRUE_SECURITY_REFRESH_TOKEN_ALGORITHM_VERSION`.
    public var refreshTokenVersion = 0
    /// A session ends this long after its sign-in. Environment: `GOTRUE_SESSIONS_TIMEBOX`.
    public var sessionTimebox: Duration?
    /// A session ends when it was not refreshed for this long. Environment: `GOTRUE_SESSIONS_INACTIVITY_TIMEOUT`.
    public var sessionInactivityMax: Duration?
    /// Only the most recently used session of a user can be refreshed. Environment: `GOTRUE_SESSIONS_SINGLE_PER_USER`.
    public var isSessionSinglePerUser = false

    /// What all processes of the installation share; the server makes it of the JWT secret.
    public var serviceKey = ServiceKey.random()

    /// Rows about what happened are kept in `auth.audit_log_entries`. Environment: `GOTRUE_AUDIT_LOG_DISABLE_POSTGRES`.
    public var isAuditStored = true

    // MARK: What has a room of its own

    public var redirects = RedirectConfiguration()
    public var mail = MailConfiguration()
    public var phone = TextMessageConfiguration()
    public var external = ExternalConfiguration()
    public var oauthServer = OAuthServerConfiguration()
    public var factors = FactorConfiguration()
    public var hooks = HookConfiguration()
    public var throttling = ThrottlingConfiguration()

    public init() {}
}
