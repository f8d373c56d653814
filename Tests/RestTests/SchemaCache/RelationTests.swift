import Postgres
import Testing

@testable import Rest

@Suite struct `Relations in the schema cache` {
    @Test func `relations of exposed schemas are known and others are not`() async throws {
        let cache = try await LaboratorySchema.cache
        #expect(cache.relations[api("laboratories")]?.kind == .table)
        #expect(cache.relations[api("patients")]?.kind == .view)
        #expect(cache.relations[api("laboratory_names")]?.kind == .materializedView)
        #expect(cache.relations[api("measurements")]?.kind == .partitionedTable)
        #expect(cache.relations[api("measurements_2024")] == nil)
        #expect(cache.relations[QualifiedIdentifier("odd, \"name\"", "some table")]?.primaryKey == ["a b"])
        #expect(cache.relations[QualifiedIdentifier("internal", "patients")] == nil)
        #expect(cache.relations[QualifiedIdentifier("pg_catalog", "pg_class")] == nil)
    }

    @Test func `comments are kept`() async throws {
        let cache = try await LaboratorySchema.cache
        let laboratories = try cache.relation(api("laboratories"))
        #expect(cache.schemaDescriptions["api"] == "What the laboratory shows")
        #expect(laboratories.description == "Where samples go")
        #expect(laboratories.column("name")?.description == "As on the door")
        #expect(laboratories.column("id")?.description == nil)
        #expect(cache.routines[api("all_doctors")]?.first?.description == "Everybody")
    }

    @Test func `columns stand in the order of the table`() async throws {
        let relation = try await LaboratorySchema.cache.relation(api("doctors"))
        #expect(relation.columns.map(\.name) == ["id", "name", "initials", "laboratory_id"])
        #expect(relation.column("Name") == nil)
    }

    /// relation, column, type, nominal type, nullable, length, default
    @Test(
        arguments: [
            ("laboratories", "id", "integer", "integer", false, nil, "nextval('api.laboratories_id_seq')"),
            ("laboratories", "number", "integer", "integer", false, nil, nil),
            ("laboratories", "code", "character varying", "api.short_code", true, 8, "'n/a'::character varying"),
            ("laboratories", "label", "text", "text", true, nil, nil),
            ("doctors", "id", "integer", "integer", false, nil, "nextval('api.doctors_id_seq'::regclass)"),
            (
                "doctors", "name", "character varying", "character varying(50)", false, 50,
                "'unknown'::character varying"
            ),
            ("doctors", "initials", "character", "character(3)", true, 3, nil),
            ("orders", "urgency", "api.urgency", "api.urgency", false, nil, "'routine'::api.urgency"),
            ("orders", "flags", "api.urgency[]", "api.urgency[]", true, nil, nil),
            ("orders", "amount", "numeric", "numeric(10,2)", true, nil, nil),
        ] as [(String, String, String, String, Bool, Int?, String?)])
    func `a column has its type and default`(
        relation: String, column: String, type: String, nominal: String, isNullable: Bool, length: Int?, value: String?
    ) async throws {
        let found = try #require(try await LaboratorySchema.cache.relation(api(relation)).column(column))
        #expect(found.type == type)
        #expect(found.nominalType == nominal)
        #expect(found.isNullable == isNullable)
        #expect(found.maxLength == length)
        #expect(found.defaultExpression == value)
    }

    @Test func `enum labels keep their order`() async throws {
        let orders = try await LaboratorySchema.cache.relation(api("orders"))
        #expect(orders.column("urgency")?.enumLabels == ["routine", "urgent", "stat"])
        #expect(orders.column("flags")?.enumLabels == [])
    }

    /// relation, insert, update, delete
    @Test(arguments: [
        ("doctors", true, true, true), ("measurements", true, true, true), ("patients", true, true, true),
        ("laboratory_names", false, false, false), ("writable_names", true, false, true),
        ("everybody", false, false, false), ("visit_summaries", false, false, false),
    ])
    func `a relation can be written as far as PostgreSQL says`(
        relation: String, insert: Bool, update: Bool, delete: Bool
    ) async throws {
        let found = try await LaboratorySchema.cache.relation(api(relation))
        #expect(found.isInsertable == insert)
        #expect(found.isUpdatable == update)
        #expect(found.isDeletable == delete)
    }

    @Test(arguments: [
        ("order_tests", ["order_id", "test_id"]), ("wards", ["hospital", "number"]),
        ("measurements", ["id", "taken_on"]),
        ("patients", ["patient"]), ("visits", ["id"]), ("visit_summaries", ["id"]), ("laboratory_names", ["id"]),
        ("order_links", ["order_id", "test_id"]), ("everybody", []), ("writable_names", []),
    ])
    func `a view has the key of the table it shows`(relation: String, key: [String]) async throws {
        #expect(try await LaboratorySchema.cache.relation(api(relation)).primaryKey == key)
    }

    @Test func `a misspelt relation gets a hint from its own schema only`() async throws {
        let cache = try await LaboratorySchema.cache
        let error = #expect(throws: SchemaCacheError.self) { try cache.relation(api("doctorz")) }
        #expect(error?.code == "PGRST205")
        #expect(error?.status == 404)
        #expect(error?.message == "Could not find the table 'api.doctorz' in the schema cache")
        #expect(error?.hint == "Perhaps you meant the table 'api.doctors'")
        let elsewhere = #expect(throws: SchemaCacheError.self) {
            try cache.relation(QualifiedIdentifier("archive", "doctorz"))
        }
        #expect(elsewhere?.hint == nil)
    }

    @Test func `an unknown column is refused`() async throws {
        let cache = try await LaboratorySchema.cache
        let doctors = try cache.relation(api("doctors"))
        let error = #expect(throws: SchemaCacheError.self) { try cache.column("age", of: doctors) }
        #expect(error?.code == "PGRST204")
        #expect(error?.message == "Could not find the 'age' column of 'doctors' in the schema cache")
    }
}
