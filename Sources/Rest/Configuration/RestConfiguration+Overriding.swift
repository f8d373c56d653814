internal import Core

/// A setting in the database has a value that it cannot have.
struct DatabaseSettingError: Error, CustomStringConvertible {
    let name: String
    var description: String { "the setting pgrst.\(name) in the database has a value that it cannot have" }
}

extension RestConfiguration {
    /// These settings with those of the database (``DatabaseSettings``) in place of their own. Throws
    /// ``DatabaseSettingError``; values are not repeated, since one of them is a secret.
    func overridden(by settings: [String: String]) throws(DatabaseSettingError) -> RestConfiguration {
        var result = self
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
            guard result.override(name, value) else { throw DatabaseSettingError(name: name) }
        }
        return result
    }

    /// False for a value that the setting cannot have.
    private mutating func override(_ name: String, _ value: String) -> Bool {
        let text = value.isEmpty ? nil : value
        switch name {
        case "db_anon_role": anonymousRole = text
        case "db_extra_search_path": extraSearchPath = SettingText.list(value)
        case "db_hoisted_tx_settings": hoistedSettings = SettingText.list(value)
        case "db_pre_request": preRequest = text
        case "db_root_spec": rootFunction = text
        case "jwt_aud": audience = text
        case "jwt_secret":
            // Meant as a file, which is not read here; the path itself is no secret.
            guard !value.hasPrefix("@") else { return false }
            jwtSecret = text.map { Secret($0) }
        case "openapi_server_proxy_uri": openAPIProxyURL = text
        case "server_cors_allowed_origins": allowedOrigins = SettingText.list(value)
        case "server_trace_header": traceHeader = text
        default: return overrideChecked(name, value)
        }
        return true
    }

    private mutating func overrideChecked(_ name: String, _ value: String) -> Bool {
        switch name {
        case "client_error_verbosity":
            showsErrorDetails = value != "minimal"
            return ["", "minimal", "verbose"].contains(value)
        case "db_max_rows":
            rowsMax = Int(value)
            return value.isEmpty || rowsMax.map { $0 >= 0 } ?? false
        case "db_schemas":
            schemas = SettingText.list(value)
            return !schemas.isEmpty && SettingText.mayBeExposed(schemas)
        case "db_tx_end": return TransactionEnd(rawValue: value).map { transactionEnd = $0 } != nil
        case "openapi_mode": return OpenAPIMode(rawValue: value).map { openAPIMode = $0 } != nil
        case "jwt_role_claim_key": return RoleClaimPath(value).map { roleClaim = $0 } != nil
        case "db_aggregates_enabled": return SettingText.flag(value).map { allowsAggregates = $0 } != nil
        case "db_plan_enabled": return SettingText.flag(value).map { allowsPlans = $0 } != nil
        case "jwt_secret_is_base64": return SettingText.flag(value).map { isJWTSecretBase64 = $0 } != nil
        case "openapi_security_active": return SettingText.flag(value).map { describesSecurity = $0 } != nil
        case "server_timing_enabled": return SettingText.flag(value).map { showsTiming = $0 } != nil
        case "url_use_legacy_target_names": return SettingText.flag(value).map { acceptsTargetNames = $0 } != nil
        default: return true
        }
    }
}

/// Values of settings as text.
public enum SettingText {
    /// Separated by commas, blanks around ignored.
    static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { part in
            let start = part.drop { $0 == " " }
            return String(start.reversed().drop { $0 == " " }.reversed())
        }.filter { !$0.isEmpty }
    }

    /// Without white space at either end.
    public static func trimmed(_ text: String) -> String {
        let start = text.drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }

    /// Nil for a text that is none.
    static func flag(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "1", "yes", "on": true
        case "false", "0", "no", "off": false
        default: nil
        }
    }

    /// The catalogs are nobody's to expose, as upstream has it.
    public static func mayBeExposed(_ schemas: [String]) -> Bool {
        !schemas.contains("pg_catalog") && !schemas.contains("information_schema")
    }
}
