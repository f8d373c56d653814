internal import Auth
internal import Core
internal import Gateway
internal import Cryptography

extension Setting {
    /// How often, how long, and who may what.
    static let authLimits: [Setting] =
        [
            Setting(
                "Auth limits", "RATE_LIMIT_HEADER", aliases: ["GOTRUE_RATE_LIMIT_HEADER"], .text,
                "Header in which a trusted proxy names the client that requests are counted for."),
            Setting(
                "Auth limits", "RATE_LIMIT_ADDRESSES", .flag, default: "true",
                "Requests of one client address are counted."),
        ]
        + rates.map { rate in
            Setting(
                "Auth limits", rate.name, aliases: [rate.upstreamName], .integer(0...1_000_000), default: rate.fallback,
                rate.summary)
        } + [
            Setting(
                "Auth limits", "RATE_LIMIT_EMAIL_SENT", aliases: ["GOTRUE_RATE_LIMIT_EMAIL_SENT"], .text, default: "30",
                "Mails an hour in all; 30/10m for thirty in ten minutes, 0 for none."),
            Setting(
                "Auth limits", "RATE_LIMIT_SMS_SENT", aliases: ["GOTRUE_RATE_LIMIT_SMS_SENT"], .text, default: "30",
                "Text messages an hour in all, written in the same way."),
            Setting(
                "Auth limits", "ATTEMPT_DELAYS", .flag, default: "true",
                "Wrong passwords and codes in a row make the next ones wait."),
            Setting(
                "Auth limits", "API_MAX_REQUEST_DURATION", aliases: ["GOTRUE_API_MAX_REQUEST_DURATION"], .duration,
                default: "10", "Longest a request to the auth service may take."),
            Setting(
                "Auth limits", "AUDIT_LOG_DISABLE_POSTGRES", aliases: ["GOTRUE_AUDIT_LOG_DISABLE_POSTGRES"], .flag,
                default: "false", "No rows in auth.audit_log_entries."),
            Setting(
                "Auth limits", "JWT_ADMIN_ROLES", aliases: ["GOTRUE_JWT_ADMIN_ROLES"], .list,
                default: "service_role,supabase_admin", "Roles that may use the admin routes."),
            Setting(
                "Auth limits", "JWT_DEFAULT_GROUP_NAME", aliases: ["GOTRUE_JWT_DEFAULT_GROUP_NAME"], .text,
                default: "authenticated", "Role of new users."),
            Setting(
                "Auth limits", "JWT_KEY_ID", aliases: ["GOTRUE_JWT_KEY_ID"], .text,
                "The kid of tokens that JWT_SECRET signs."),
            Setting(
                "Auth limits", "JWT_VALID_METHODS", aliases: ["GOTRUE_JWT_VALID_METHODS"], .list,
                default: "those of the keys", "Algorithms of tokens that are accepted: HS256, RS256, ES256."),
            Setting(
                "Auth limits", "REFRESH_TOKEN_ALGORITHM_VERSION",
                aliases: ["GOTRUE_SECURITY_REFRESH_TOKEN_ALGORITHM_VERSION"], .integer(0...2), default: "0",
                "Refresh tokens of new sessions: 2 for counting ones, else random ones. Both are accepted."),
            Setting(
                "Auth limits", "REFRESH_TOKEN_ROTATION_ENABLED",
                aliases: ["GOTRUE_SECURITY_REFRESH_TOKEN_ROTATION_ENABLED"], .flag, default: "true",
                "A refresh token used again after its successor ends the session."),
        ]

    /// A limit of one client address: GoTrue's name for it, and what it counts.
    struct Rate: Sendable {
        let name: String
        let families: [RateFamily]
        let summary: String

        var upstreamName: String { "GOTRUE_" + name }
        /// The default, which is more than GoTrue's because an address may be a whole hospital.
        var fallback: String {
            families.first.flatMap { ThrottlingConfiguration().allowances[$0] }.map { String($0.count) } ?? "0"
        }
    }

    static let rates: [Rate] = [
        Rate(
            name: "RATE_LIMIT_TOKEN_REFRESH", families: [.token],
            summary: "POST /token in five minutes of one address."),
        Rate(name: "RATE_LIMIT_VERIFY", families: [.verify], summary: "/verify in five minutes of one address."),
        Rate(
            name: "RATE_LIMIT_OTP", families: [.otp, .signUp, .magicLink, .recover, .resend, .updateUser],
            summary:
                "Each of /otp, /signup, /magiclink, /recover, /resend and PUT /user in five minutes of one address."),
        Rate(
            name: "RATE_LIMIT_ANONYMOUS_USERS", families: [.anonymousSignUp],
            summary: "Anonymous sign-ins an hour of one address."),
        Rate(name: "RATE_LIMIT_SSO", families: [.sso], summary: "/sso in five minutes of one address."),
        Rate(name: "RATE_LIMIT_WEB3", families: [.web3], summary: "Web3 grants in five minutes of one address."),
        Rate(
            name: "RATE_LIMIT_PASSKEY", families: [.passkey],
            summary: "Passkey sign-ins in five minutes of one address."),
        Rate(
            name: "RATE_LIMIT_OAUTH_DYNAMIC_CLIENT_REGISTER", families: [.clientRegistration],
            summary: "Registrations of OAuth clients in five minutes of one address."),
        Rate(
            name: "MFA_RATE_LIMIT_CHALLENGE_AND_VERIFY", families: [.factor],
            summary: "Challenges of second factors, and answers, in a minute of one address."),
        Rate(
            name: "SAML_RATE_LIMIT_ASSERTION", families: [.assertion],
            summary: "SAML assertions in five minutes of one address."),
    ]
}

extension ServerConfiguration {
    mutating func readAuthLimits(_ reader: inout SettingsReader) {
        readRates(&reader)
        auth.throttling.delaysAttempts = reader.flag("ATTEMPT_DELAYS") ?? true
        auth.throttling.requestDurationMax =
            reader.duration("API_MAX_REQUEST_DURATION") ?? auth.throttling.requestDurationMax
        if auth.throttling.requestDurationMax < .seconds(1) {
            reader.complain("API_MAX_REQUEST_DURATION", "must be at least 1s")
        }
        auth.isAuditStored = !(reader.flag("AUDIT_LOG_DISABLE_POSTGRES") ?? false)
        if let roles = reader.list("JWT_ADMIN_ROLES") { auth.adminRoles = Set(roles) }
        auth.defaultRole = reader.text("JWT_DEFAULT_GROUP_NAME") ?? auth.defaultRole
        jwtKeyID = reader.text("JWT_KEY_ID")
        if let names = reader.list("JWT_VALID_METHODS") {
            var methods: Set<SignatureAlgorithm> = []
            for name in names {
                if let method = SignatureAlgorithm(rawValue: name), method.isIssued {
                    methods.insert(method)
                } else {
                    reader.complain("JWT_VALID_METHODS", "names an algorithm that is none of HS256, RS256, ES256")
                }
            }
            jwtValidMethods = methods
        }
        auth.refreshTokenVersion = reader.integer("REFRESH_TOKEN_ALGORITHM_VERSION") ?? auth.refreshTokenVersion
        auth.isRefreshTokenRotationEnabled = reader.flag("REFRESH_TOKEN_ROTATION_ENABLED") ?? true
    }

    /// Numbers that are given hold as they are. Where a header names the client, an address is one client and GoTrue's
    /// own numbers are the default.
    private mutating func readRates(_ reader: inout SettingsReader) {
        auth.throttling.limitsAddresses = reader.flag("RATE_LIMIT_ADDRESSES") ?? true
        auth.throttling.header = reader.text("RATE_LIMIT_HEADER")
        if auth.throttling.header != nil {
            auth.throttling.allowances.merge(ThrottlingConfiguration.upstream) { _, upstream in upstream }
            if gateway.trustedProxies.isEmpty {
                reader.complain("RATE_LIMIT_HEADER", "is believed from TRUSTED_PROXIES alone, and there are none")
            }
        }
        for rate in Setting.rates {
            guard let count = reader.integer(rate.name) else { continue }
            for family in rate.families {
                guard let usual = ThrottlingConfiguration.upstream[family] else { continue }
                // GoTrue's burst is 30 whatever the number; much larger numbers mean larger bursts, too.
                let burst = count < usual.burst ? max(1, count) : max(usual.burst, count / 10)
                auth.throttling.allowances[family] = RateAllowance(count, per: usual.per, burst: burst)
            }
        }
        for (name, family) in [("RATE_LIMIT_EMAIL_SENT", RateFamily.mail), ("RATE_LIMIT_SMS_SENT", .textMessage)] {
            guard let text = reader.text(name) else { continue }
            if let allowance = RateAllowance(text) {
                auth.throttling.allowances[family] = allowance
            } else {
                reader.complain(name, "must be a number, or a number and a duration such as 30/10m")
            }
        }
    }
}
