import Core
import HTTPTypes
import Postgres
import Testing

@testable import Rest

@Suite struct `GraphQL's path` {
    private let query = #"{"query":"{ a }","variables":{"n":1}}"#

    @Test func `without the extension there is no such function`() async throws {
        try await WardHarness.run({ $0.schemas = ["public", "graphql_public"] }) { ward in
            let answer = try await ward.send(
                WardRequest(method: .post, path: "", body: query, mount: "/graphql/v1"))
            #expect(answer.status == 404)
            #expect(try JSON(parsing: answer.text)["code"] == "PGRST202")
            #expect(answer.text.contains("graphql_public.graphql"))
        }
    }

    @Test func `with a function of that name it is called as the caller`() async throws {
        try await WardHarness.run({ $0.schemas = ["public", "graphql_public"] }) { ward in
            try await ward.owner.run([
                "create schema if not exists graphql_public",
                "grant usage on schema graphql_public to anon, authenticated",
                """
                create function graphql_public.graphql(
                    "operationName" text default null, query text default null, variables jsonb default null,
                    extensions jsonb default null) returns jsonb language sql stable as
                    $$ select jsonb_build_object('data', query, 'n', variables->'n', 'as', current_user) $$
                """,
            ])
            if let reloader = ward.service.schemaCacheService as? SchemaCacheReloader {
                ward.service.schemaCache.replace(with: try await reloader.loader.load())
            }
            let answer = try await ward.send(WardRequest(method: .post, path: "", body: query, mount: "/graphql/v1"))
            #expect(answer.status == 200)
            #expect(answer.text == #"{"n": 1, "as": "authenticated", "data": "{ a }"}"#)
            let below = try await ward.send(
                WardRequest(method: .post, path: "/x", body: query, mount: "/graphql/v1"))
            #expect(below.status == 404)
            #expect(try JSON(parsing: below.text)["code"] == "PGRST125")
        }
    }
}
