extension Setting {
    /// Every setting there is. docs/CONFIGURATION.md is held against this table by a test.
    public static let all: [Setting] =
        listening + keys + database + auth + authMail + authPhone + authExternal
        + authDelivery + authOAuthServer + authFactors + authHooks + authThrottling + authLimits + rest + storage
        + cases
        + background

    static let listening: [Setting] = [
        Setting(
            "Listening", "HOST", aliases: ["PGRST_SERVER_HOST"], .text, default: "127.0.0.1",
            "Address to listen on; 0.0.0.0 or :: for all."),
        Setting(
            "Listening", "PORT", aliases: ["KONG_HTTP_PORT", "PGRST_SERVER_PORT"], .integer(0...65535), default: "8000",
            "Port to listen on; 0 takes a free one."),
        Setting(
            "Listening", "SUPABASE_PUBLIC_URL", aliases: ["API_EXTERNAL_URL", "GOTRUE_API_EXTERNAL_URL"], .url,
            default: "http://HOST:PORT",
            "URL under which clients reach the gateway. Links and file URLs are built from it, never from headers."),
        Setting(
            "Listening", "TLS_CERT", .file, "Certificate chain in PEM; switches TLS on. Read again when it changes."),
        Setting("Listening", "TLS_KEY", .file, "Private key of the certificate in PEM."),
        Setting(
            "Listening", "HTTP_REDIRECT_PORT", .integer(0...65535),
            "Port of a plain HTTP listener that redirects to HTTPS; only with TLS."),
        Setting(
            "Listening", "METRICS_PORT", .integer(0...65535),
            "Port for Prometheus on the loopback address; off when not set."),
        Setting(
            "Listening", "CORS_ALLOWED_ORIGINS", aliases: ["PGRST_SERVER_CORS_ALLOWED_ORIGINS"], .list, default: "any",
            "Origins that browsers may call from."),
        Setting(
            "Listening", "TRUSTED_PROXIES", .list, default: "none",
            "Networks (CIDR) whose X-Forwarded-For is believed."),
        Setting(
            "Listening", "CLIENT_STALL_SECONDS", .integer(1...3600), default: "60",
            "A client that takes nothing of its answer for this long is disconnected."),
        Setting(
            "Listening", "SERVICES", .list, default: "auth,rest,storage,cases",
            "Services to run. rest alone, with DATABASE_URL, serves like PostgREST and owns nothing in the database."),
        Setting(
            "Listening", "DATA_DIR", .file, default: "./data", "Where keys, the embedded database and objects live."),
        Setting(
            "Listening", "LOG_LEVEL", .oneOf(["debug", "info", "warning", "error"]), default: "info",
            "Least severe log line written."),
    ]

    static let keys: [Setting] = [
        Setting(
            "Keys", "JWT_SECRET", aliases: ["GOTRUE_JWT_SECRET", "PGRST_JWT_SECRET", "AUTH_JWT_SECRET"], .secret,
            default: "generated",
            "Secret that signs access tokens and legacy keys; at least 32 characters. As PGRST_JWT_SECRET also @path, a file."
        ),
        Setting(
            "Keys", "JWT_PREVIOUS_SECRETS", .list,
            "Former JWT secrets that still verify tokens; keys rotate keeps them."),
        Setting("Keys", "ANON_KEY", .secret, default: "generated", "Legacy publishable key: a JWT with role anon."),
        Setting(
            "Keys", "SERVICE_ROLE_KEY", aliases: ["SERVICE_KEY"], .secret, default: "generated",
            "Legacy secret key: a JWT with role service_role."),
        Setting(
            "Keys", "SUPABASE_PUBLISHABLE_KEY", .secret, default: "generated", "Publishable key, sb_publishable_…"),
        Setting("Keys", "SUPABASE_SECRET_KEY", .secret, default: "generated", "Secret key, sb_secret_…"),
        Setting(
            "Keys", "JWT_KEYS", aliases: ["GOTRUE_JWT_KEYS"], .secret,
            "JSON array of private JWKs; the one with key_ops sign signs access tokens, the others only verify."),
    ]

    static let database: [Setting] = [
        Setting(
            "Database", "DATABASE_URL", aliases: ["GOTRUE_DB_DATABASE_URL", "PGRST_DB_URI"], .secret,
            "An existing PostgreSQL in place of the embedded one, or @path, a file that names it. The login migrates, so it owns what it makes."
        ),
        Setting(
            "Database", "POSTGRES_PASSWORD", .secret, default: "generated",
            "Password of the service logins. With DATABASE_URL and without it, services use that login and assume their role."
        ),
        Setting(
            "Database", "MEDMITRA_PG_BIN", .file, default: "newest below /usr/lib/postgresql",
            "Folder of initdb and postgres."),
        Setting(
            "Database", "POSTGRES_USER_NAME", .text, default: "postgres",
            "System user that runs the embedded PostgreSQL when started as root."),
        Setting("Database", "DB_POOL_SIZE", .integer(1...500), default: "10", "Most connections of each service."),
        Setting(
            "Database", "DB_POOL_WAIT_SECONDS", aliases: ["PGRST_DB_POOL_ACQUISITION_TIMEOUT"], .duration,
            default: "10", "Longest wait for a free connection."),
        Setting(
            "Database", "DB_PREPARED_STATEMENTS", aliases: ["PGRST_DB_PREPARED_STATEMENTS"], .flag, default: "true",
            "Off for transaction poolers."),
    ]

    static let auth: [Setting] = [
        Setting(
            "Auth", "SITE_URL", aliases: ["GOTRUE_SITE_URL"], .url, default: "http://localhost:3000",
            "The app's own URL."),
        Setting(
            "Auth", "JWT_EXPIRY", aliases: ["GOTRUE_JWT_EXP"], .duration, default: "3600", "Lifetime of access tokens."),
        Setting(
            "Auth", "JWT_ISSUER", aliases: ["GOTRUE_JWT_ISSUER"], .text, default: "SUPABASE_PUBLIC_URL/auth/v1",
            "The iss claim."),
        Setting("Auth", "JWT_AUD", aliases: ["GOTRUE_JWT_AUD"], .text, default: "authenticated", "The aud claim."),
        Setting(
            "Auth", "DISABLE_SIGNUP", aliases: ["GOTRUE_DISABLE_SIGNUP"], .flag, default: "false", "Nobody can sign up."
        ),
        Setting(
            "Auth", "ENABLE_EMAIL_SIGNUP", aliases: ["GOTRUE_EXTERNAL_EMAIL_ENABLED"], .flag, default: "true",
            "Accounts by e-mail and password."),
        Setting(
            "Auth", "ENABLE_EMAIL_AUTOCONFIRM", aliases: ["GOTRUE_MAILER_AUTOCONFIRM"], .flag,
            default: "true without SMTP_HOST",
            "Addresses count as confirmed at sign-up, without a mail."),
        Setting(
            "Auth", "ENABLE_ANONYMOUS_USERS", aliases: ["GOTRUE_EXTERNAL_ANONYMOUS_USERS_ENABLED"], .flag,
            default: "false", "Anonymous sign-in."),
        Setting(
            "Auth", "PASSWORD_MIN_LENGTH", aliases: ["GOTRUE_PASSWORD_MIN_LENGTH"], .integer(6...72), default: "6",
            "Shortest password."),
        Setting(
            "Auth", "REFRESH_TOKEN_REUSE_INTERVAL", aliases: ["GOTRUE_SECURITY_REFRESH_TOKEN_REUSE_INTERVAL"],
            .duration, default: "10",
            "How long a used refresh token is still answered."),
        Setting(
            "Auth", "SESSIONS_TIMEBOX", aliases: ["GOTRUE_SESSIONS_TIMEBOX"], .duration,
            "Sessions end this long after sign-in."),
        Setting(
            "Auth", "SESSIONS_INACTIVITY_TIMEOUT", aliases: ["GOTRUE_SESSIONS_INACTIVITY_TIMEOUT"], .duration,
            "Sessions end when not refreshed for this long."),
        Setting(
            "Auth", "SESSIONS_SINGLE_PER_USER", aliases: ["GOTRUE_SESSIONS_SINGLE_PER_USER"], .flag, default: "false",
            "Only the newest session of a user can be refreshed."),
        Setting(
            "Auth", "PASSWORD_HASH_THREADS", .integer(1...256), default: "number of cores",
            "Threads that check passwords."),
    ]

    static let rest: [Setting] = [
        Setting(
            "REST", "DB_SCHEMAS", aliases: ["PGRST_DB_SCHEMAS", "PGRST_DB_SCHEMA"], .list,
            default: "public,storage,graphql_public",
            "Schemas that clients may name, the default one first; alone: public."),
        Setting(
            "REST", "DB_EXTRA_SEARCH_PATH", aliases: ["PGRST_DB_EXTRA_SEARCH_PATH"], .list,
            default: "public,extensions",
            "Schemas added to the search path; not exposed. Alone: public."),
        Setting(
            "REST", "DB_MAX_ROWS", aliases: ["PGRST_DB_MAX_ROWS", "PGRST_MAX_ROWS"], .integer(0...1000000000),
            default: "1000",
            "Most rows of a read; alone: no limit."),
        Setting(
            "REST", "DB_ANON_ROLE", aliases: ["PGRST_DB_ANON_ROLE"], .text, default: "anon",
            "Role of requests without a token; alone: none, they are refused."),
        Setting(
            "REST", "DB_PRE_REQUEST", aliases: ["PGRST_DB_PRE_REQUEST", "PGRST_PRE_REQUEST"], .text,
            "A function called before every request."),
        Setting(
            "REST", "DB_ROOT_SPEC", aliases: ["PGRST_DB_ROOT_SPEC", "PGRST_ROOT_SPEC"], .text,
            "A function whose result is the root document."),
        Setting(
            "REST", "DB_AGGREGATES_ENABLED", aliases: ["PGRST_DB_AGGREGATES_ENABLED"], .flag, default: "false",
            "Aggregates in select lists."),
        Setting(
            "REST", "DB_PLAN_ENABLED", aliases: ["PGRST_DB_PLAN_ENABLED"], .flag, default: "false",
            "Execution plans as a media type."),
        Setting(
            "REST", "DB_TX_END", aliases: ["PGRST_DB_TX_END"],
            .oneOf(["commit", "commit-allow-override", "rollback", "rollback-allow-override"]), default: "commit",
            "How transactions end, and whether Prefer: tx= counts."),
        Setting(
            "REST", "DB_CHANNEL", aliases: ["PGRST_DB_CHANNEL"], .text, default: "pgrst",
            "Channel on which a reload of the schema cache is asked for."),
        Setting(
            "REST", "DB_CHANNEL_ENABLED", aliases: ["PGRST_DB_CHANNEL_ENABLED"], .flag, default: "true",
            "Whether the channel is listened to; SIGUSR1 and SIGUSR2 ask for a reload as well."),
        Setting(
            "REST", "DB_CONFIG", aliases: ["PGRST_DB_CONFIG"], .flag, default: "true",
            "Settings in the database (ALTER ROLE authenticator SET pgrst.db_schemas = …) win over these."),
        Setting(
            "REST", "DB_PRE_CONFIG", aliases: ["PGRST_DB_PRE_CONFIG"], .text,
            "A function that sets such settings with set_config, called before each load."),
        Setting(
            "REST", "DB_HOISTED_TX_SETTINGS", aliases: ["PGRST_DB_HOISTED_TX_SETTINGS"], .list,
            default: "statement_timeout,plan_filter.statement_cost_limit,default_transaction_isolation",
            "Settings of functions that hold for the whole transaction."),
        Setting(
            "REST", "REST_JWT_AUD", aliases: ["PGRST_JWT_AUD"], .text,
            "Audience that tokens must name; any when not set."),
        Setting(
            "REST", "REST_JWT_ROLE_CLAIM_KEY", aliases: ["PGRST_JWT_ROLE_CLAIM_KEY", "PGRST_ROLE_CLAIM_KEY"], .text,
            default: "$.role",
            "Where in the claims the role is: a JSONPath (RFC 9535), or PostgREST's older notation."),
        Setting(
            "REST", "REST_JWT_SECRET_IS_BASE64", aliases: ["PGRST_JWT_SECRET_IS_BASE64", "PGRST_SECRET_IS_BASE64"],
            .flag, default: "false",
            "The JWT secret is base64; only for REST alone."),
        Setting(
            "REST", "REST_ADMIN_PORT", aliases: ["PGRST_ADMIN_SERVER_PORT"], .integer(0...65535),
            "Port of /live, /ready and /metrics for REST alone; the main port then keeps no paths for itself."),
        Setting(
            "REST", "OPENAPI_MODE", aliases: ["PGRST_OPENAPI_MODE"],
            .oneOf(["follow-privileges", "ignore-privileges", "disabled"]), default: "follow-privileges",
            "What the root document shows."),
        Setting(
            "REST", "OPENAPI_SECURITY_ACTIVE", aliases: ["PGRST_OPENAPI_SECURITY_ACTIVE"], .flag, default: "false",
            "Whether it describes the bearer token."),
        Setting(
            "REST", "OPENAPI_SERVER_PROXY_URI", aliases: ["PGRST_OPENAPI_SERVER_PROXY_URI"], .url,
            "The URL that it names."),
        Setting(
            "REST", "SERVER_TIMING_ENABLED", aliases: ["PGRST_SERVER_TIMING_ENABLED"], .flag, default: "false",
            "Server-Timing headers."),
        Setting(
            "REST", "SERVER_TRACE_HEADER", aliases: ["PGRST_SERVER_TRACE_HEADER"], .text,
            "A request header that is echoed."),
        Setting(
            "REST", "CLIENT_ERROR_VERBOSITY", aliases: ["PGRST_CLIENT_ERROR_VERBOSITY"],
            .oneOf(["verbose", "minimal"]), default: "verbose", "minimal leaves code and message alone in error bodies."
        ),
        Setting(
            "REST", "URL_USE_LEGACY_TARGET_NAMES", aliases: ["PGRST_URL_USE_LEGACY_TARGET_NAMES"], .flag,
            default: "true", "Aliased embeds can be named by their relation too."),
        Setting(
            "REST", "REST_POOL_SIZE", aliases: ["PGRST_DB_POOL"], .integer(1...500), default: "DB_POOL_SIZE",
            "Most connections of the REST service."),
        Setting(
            "REST", "REST_EMBED_DEPTH_MAX", .integer(1...32), default: "10",
            "Most levels of embeds in one read; each may multiply the rows of the one above."),
        Setting(
            "REST", "REST_BODY_MAX", .integer(1024...1073741824), default: "67108864", "Largest request body, in bytes."
        ),
    ]

    static let storage: [Setting] = [
        Setting(
            "Storage", "FILE_SIZE_LIMIT", .integer(1...5_497_558_138_880), default: "52428800",
            "Largest object, in bytes.")
    ]

    static let cases: [Setting] = [
        Setting("Cases", "CASES_FILE_URL_SECONDS", .duration, default: "3600", "How long the URL of a file works."),
        Setting("Cases", "OCR_LANGUAGE", .text, default: "eng", "Languages of tesseract, joined by +."),
        Setting(
            "Cases", "DOCUMENT_MEMORY_MB", .integer(128...65536), default: "1024", "Memory a document program may use."),
        Setting("Cases", "DOCUMENT_SECONDS", .duration, default: "600", "Time the reading of one document may take."),
        Setting(
            "Cases", "REQUIRE_NETWORK_ISOLATION", .flag, default: "false",
            "Read no document where its programs cannot be cut off from the network."),
    ]

    static let background: [Setting] = [
        Setting("Background", "JOBS_CONCURRENCY", .integer(1...64), default: "2", "Analyses at a time."),
        Setting(
            "Background", "JOBS_LEASE_SECONDS", .duration, default: "30",
            "A worker not heard of for this long is taken for dead."),
    ]

    /// Names of Supabase's own `.env` that mean nothing to this program, and upstream settings that this version
    /// does not act on yet. They are accepted and listed once as unused. A trailing `*` stands for anything.
    static let unused: [String] = [
        // Supabase's own file
        "LOGFLARE_*", "POOLER_*", "VAULT_ENC_KEY", "PG_META_CRYPTO_KEY", "STUDIO_*", "IMGPROXY_*",
        "DOCKER_SOCKET_LOCATION", "GOOGLE_PROJECT_*", "SECRET_KEY_BASE", "DASHBOARD_*", "KONG_HTTPS_PORT",
        "POSTGRES_HOST", "POSTGRES_PORT", "POSTGRES_DB", "MAILER_URLPATHS_*", "GLOBAL_S3_*", "REGION", "AWS_*",
        "S3_PROTOCOL_*", "STORAGE_TENANT_ID", "FUNCTIONS_VERIFY_JWT", "SUPABASE_URL", "COMPOSE_*",
        // GoTrue
        "GOTRUE_MAILER_URLPATHS_*", "GOTRUE_MAILER_EXTERNAL_HOSTS", "GOTRUE_SMTP_LOGGING_ENABLED",
        "GOTRUE_PASSWORD_HIBP_BLOOM_*", "GOTRUE_SMS_TWILIO_VERIFY_*", "GOTRUE_EXTERNAL_WEB3_*",
        "GOTRUE_EXTERNAL_BITBUCKET_*", "GOTRUE_EXTERNAL_FIGMA_*", "GOTRUE_EXTERNAL_FLY_*",
        "GOTRUE_EXTERNAL_KAKAO_*", "GOTRUE_EXTERNAL_LINKEDIN_*", "GOTRUE_EXTERNAL_NOTION_*",
        "GOTRUE_EXTERNAL_SLACK_*", "GOTRUE_EXTERNAL_SNAPCHAT_*", "GOTRUE_EXTERNAL_SPOTIFY_*",
        "GOTRUE_EXTERNAL_TWITCH_*", "GOTRUE_EXTERNAL_TWITTER_*", "GOTRUE_EXTERNAL_X_*",
        "GOTRUE_EXTERNAL_VERCEL_MARKETPLACE_*", "GOTRUE_EXTERNAL_WORKOS_*", "GOTRUE_EXTERNAL_ZOOM_*",
        "GOTRUE_SECURITY_*", "GOTRUE_SAML_*", "GOTRUE_API_HOST", "GOTRUE_API_PORT", "GOTRUE_DB_*", "GOTRUE_LOG_*",
        "GOTRUE_SESSIONS_*", "GOTRUE_CORS_*",
        // PostgREST
        "PGRST_DB_POOL_*", "PGRST_DB_TIMEZONE_ENABLED", "PGRST_JWT_CACHE_*", "PGRST_SERVER_UNIX_SOCKET*",
        "PGRST_SERVER_REUSEPORT", "PGRST_LOG_*", "PGRST_ADMIN_*",
    ]
}
