internal import Postgres

/// PostgREST's settings as they stand in the database: attached to the login role (`ALTER ROLE … SET pgrst.…`), for
/// this database alone or for all, or set by the pre-config function. The most particular wins.
struct DatabaseSettings: Sendable {
    let database: Database
    let preConfig: String?

    /// Names without their prefix `pgrst.`; of other names there is nothing to read.
    static let names = [
        "client_error_verbosity", "db_aggregates_enabled", "db_anon_role", "db_extra_search_path",
        "db_hoisted_tx_settings", "db_max_rows", "db_plan_enabled", "db_pre_request", "db_root_spec", "db_schemas",
        "db_tx_end", "jwt_aud", "jwt_role_claim_key", "jwt_secret", "jwt_secret_is_base64", "openapi_mode",
        "openapi_security_active", "openapi_server_proxy_uri", "server_cors_allowed_origins", "server_timing_enabled",
        "server_trace_header", "url_use_legacy_target_names",
    ]

    /// The values there are, by name. Throws ``DatabaseError``, also where the function fails.
    func read() async throws(DatabaseError) -> [String: String] {
        var settings = TransactionSettings()
        settings.isReadOnly = true
        settings.statementTimeout = RestLimits.databaseSettingsTimeout
        let call = preConfig.map { [ActiveConfiguration.call($0)] } ?? []
        // One transaction: what the function sets is gone with it.
        let results = try await database.run(settings, call + [statement])
        guard let rows = results.last?.rows else { throw .unexpectedResult("no result for a statement") }
        var values: [String: String] = [:]
        for row in rows { values[try row.text(0)] = try row.text(1) }
        return values
    }

    private var statement: SQL {
        """
        select distinct on (known.name) known.name, given.value
        from unnest(\(Self.names)::text[]) as known (name)
        join (
            select split_part(attached.setting, '=', 1) as name,
                substr(attached.setting, strpos(attached.setting, '=') + 1) as value,
                case roles.setdatabase when 0 then 1 else 2 end as rank
            from pg_catalog.pg_db_role_setting as roles
            join pg_catalog.pg_roles as login on login.oid = roles.setrole and login.rolname = current_user
            cross join unnest(roles.setconfig) as attached (setting)
            where roles.setdatabase = 0
                or roles.setdatabase = (
                    select oid from pg_catalog.pg_database where datname = current_database())
            union all
            select 'pgrst.' || name, current_setting('pgrst.' || name, true), 0
            from unnest(\(preConfig == nil ? [] : Self.names)::text[]) as name
        ) as given on given.name = 'pgrst.' || known.name and given.value is not null
        order by known.name, given.rank desc
        """
    }
}
