import Core
import HTTPTypes
import Postgres
import TestSupport
import Testing
import Tokens

@testable import Rest

@Suite struct `Settings in the database` {
    private func settings(preConfig: String? = nil, _ statements: [SQL]) async throws -> [String: String] {
        let scratch = try await TestCluster.shared.migratedDatabase()
        let owner = scratch.pool()
        try await owner.run(statements)
        let pool = scratch.pool(user: "authenticator")
        let read: [String: String]
        do {
            read = try await DatabaseSettings(database: pool, preConfig: preConfig).read()
        } catch {
            await pool.shutdown()
            await owner.shutdown()
            throw error
        }
        await pool.shutdown()
        await owner.shutdown()
        return read
    }

    private static let function: [SQL] = [
        "create schema if not exists conf", "grant usage on schema conf to authenticator",
        """
        create function conf.pre() returns void language plpgsql as $$ begin
            perform set_config('pgrst.db_max_rows', '7', true), set_config('pgrst.jwt_aud', 'from the function', true),
                set_config('pgrst.nonsense', 'x', true);
        end $$
        """,
    ]

    @Test func `the most particular place wins`() async throws {
        // Roles belong to the cluster, so what is attached to one is attached for the scratch database alone.
        let attach: SQL = """
            do $$ begin
                execute format('alter role authenticator in database %I set pgrst.jwt_aud = %L', current_database(), 'a=b');
                execute format('alter role authenticator in database %I set pgrst.server_host = %L', current_database(), 'x');
                execute format('alter database %I set pgrst.db_tx_end = %L', current_database(), 'rollback');
            end $$
            """
        #expect(try await settings([attach]) == ["jwt_aud": "a=b"])
        // With a function, whatever the session has counts, as upstream has it: what is attached to the database too.
        #expect(
            try await settings(preConfig: "conf.pre", Self.function + [attach])
                == ["jwt_aud": "a=b", "db_max_rows": "7", "db_tx_end": "rollback"])
        #expect(
            try await settings(preConfig: "conf.pre", Self.function)
                == ["jwt_aud": "from the function", "db_max_rows": "7"])
    }

    @Test func `a function that fails is an error`() async throws {
        await #expect(throws: DatabaseError.self) { try await settings(preConfig: "conf.missing", []) }
    }

    @Test func `values take the place of the configuration's own`() throws {
        let changed = try RestConfiguration().overridden(by: [
            "db_schemas": "a, b", "db_extra_search_path": "", "db_max_rows": "5", "db_anon_role": "nobody",
            "db_aggregates_enabled": "true", "db_plan_enabled": "on", "db_tx_end": "rollback-allow-override",
            "db_pre_request": "check", "db_root_spec": "root", "db_hoisted_tx_settings": "work_mem",
            "jwt_aud": "me", "jwt_role_claim_key": "$.roles[0]", "jwt_secret": "s", "jwt_secret_is_base64": "true",
            "openapi_mode": "disabled", "openapi_security_active": "true", "openapi_server_proxy_uri": "https://x",
            "server_cors_allowed_origins": "https://a,https://b", "server_timing_enabled": "1",
            "server_trace_header": "X-Trace", "url_use_legacy_target_names": "false",
            "client_error_verbosity": "minimal",
        ])
        #expect(changed.schemas == ["a", "b"])
        #expect(changed.extraSearchPath.isEmpty)
        #expect(changed.rowsMax == 5)
        #expect(changed.anonymousRole == "nobody")
        #expect(changed.allowsAggregates && changed.allowsPlans && changed.showsTiming && changed.describesSecurity)
        #expect(changed.transactionEnd == .rollbackAllowOverride)
        #expect(changed.preRequest == "check")
        #expect(changed.rootFunction == "root")
        #expect(changed.hoistedSettings == ["work_mem"])
        #expect(changed.audience == "me")
        #expect(changed.roleClaim == RoleClaimPath("$.roles[0]"))
        #expect(changed.jwtSecret?.reveal() == "s")
        #expect(changed.isJWTSecretBase64)
        #expect(changed.openAPIMode == .disabled)
        #expect(changed.openAPIProxyURL == "https://x")
        #expect(changed.allowedOrigins == ["https://a", "https://b"])
        #expect(changed.traceHeader == "X-Trace")
        #expect(!changed.acceptsTargetNames && !changed.showsErrorDetails)
        #expect(Set(DatabaseSettings.names).count == 22)
    }

    @Test(arguments: [
        ("db_max_rows", "many"), ("db_max_rows", "-1"), ("db_schemas", ""), ("db_schemas", "a,pg_catalog"),
        ("db_tx_end", "maybe"), ("openapi_mode", "x"), ("jwt_role_claim_key", "role["), ("db_plan_enabled", "perhaps"),
        ("client_error_verbosity", "x"), ("jwt_secret_is_base64", ""),
        ("jwt_secret", "@/a/path/that/is/long/enough/for/a/secret"), ("jwt_secret", "@"),
    ])
    func `a value that a setting cannot have is refused by name, never repeated`(name: String, value: String) {
        let error = #expect(throws: DatabaseSettingError.self) { try RestConfiguration().overridden(by: [name: value]) }
        #expect(error?.name == name)
    }

    @Test func `a reload puts them in force, and a wrong one leaves all as it was`() async throws {
        try await WardHarness.run({ $0.preConfig = "public.pre_config" }) { ward in
            let reloader = try #require(ward.service.schemaCacheService as? SchemaCacheReloader)
            let prepare = try #require(reloader.prepare)
            func define(_ name: String, _ value: String) async throws {
                let body = "begin perform set_config('pgrst.\(name)', '\(value)', true); end"
                try await ward.owner.run([
                    SQL(
                        trustedText:
                            "create or replace function public.pre_config() returns void language plpgsql as $$ \(body) $$"
                    )
                ])
            }
            try await define("db_max_rows", "1")
            try await prepare().activate()
            let limited = try await ward.send(WardRequest(method: .get, path: "/departments?select=id&order=id"))
            #expect(limited.text == #"[{"id":1}]"#)
            try await define("db_max_rows", "wrong")
            await #expect(throws: DatabaseSettingError.self) { try await prepare() }
            #expect(ward.service.settings.current.configuration.rowsMax == 1)
            try await define("jwt_role_claim_key", "$.roles[?search(@, \"^auth\")]")
            try await prepare().activate()
            let token = try ward.issuer.sign(claims: [
                "sub": .string(WardHarness.doctor), "roles": ["other", "authenticated"],
            ])
            let answer = try await ward.send(
                WardRequest(
                    method: .get, path: "/findings?select=title", headers: ["Authorization": "Bearer \(token)"],
                    isSignedIn: false))
            #expect(answer.status == 200)
            let claims = try await ward.send(
                WardRequest(
                    method: .get, path: "/rpc/whoami", headers: ["Authorization": "Bearer \(token)"], isSignedIn: false)
            )
            #expect(claims.status == 404)
        }
    }
}
