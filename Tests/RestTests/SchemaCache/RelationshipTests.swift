import Core
import Postgres
import Testing

@testable import Rest

@Suite struct `Relationships in the schema cache` {
    private func find(
        _ parent: String, _ target: String, hint: String? = nil
    ) async throws -> Relationship {
        try await LaboratorySchema.cache.relationship(
            RelationshipSearch(schema: "api", parent: parent, target: target, hint: hint))
    }

    private func text(_ relationship: Relationship) -> String {
        func pairs(_ columns: [Relationship.ColumnPair]) -> String {
            columns.map { "\($0.near)=\($0.far)" }.joined(separator: ",")
        }
        switch relationship.kind {
        case .manyToOne(let link): return "many-to-one \(pairs(link.columns))"
        case .oneToMany(let link): return "one-to-many \(pairs(link.columns))"
        case .oneToOne(let link, let isParent): return "one-to-one\(isParent ? " parent" : "") \(pairs(link.columns))"
        case .manyToMany(let junction):
            return "many-to-many \(junction.relation.name) \(pairs(junction.sourceColumns)) "
                + pairs(junction.targetColumns)
        case .computed(let function, let isToOne): return "computed \(function.name)\(isToOne ? " one" : "")"
        }
    }

    /// parent, target, hint, what is found
    @Test(
        arguments: [
            ("measurements", "laboratory_id", nil, "many-to-one laboratory_id=id"),
            ("laboratories", "doctors", nil, "one-to-many id=laboratory_id"),
            ("measurements", "measurements_laboratory_id_fkey", nil, "many-to-one laboratory_id=id"),
            ("orders", "doctors", "ordered_by", "many-to-one ordered_by=id"),
            ("orders", "doctors", "orders_reviewed_by_fkey", "many-to-one reviewed_by=id"),
            ("orders", "ordered_by", nil, "many-to-one ordered_by=id"),
            ("doctors", "orders", "reviewed_by", "one-to-many id=reviewed_by"),
            ("orders", "order_notes", nil, "one-to-one parent id=order_id"),
            ("order_notes", "orders", nil, "one-to-one order_id=id"),
            ("orders", "tests", "order_tests", "many-to-many order_tests id=order_id id=test_id"),
            ("tests", "orders", "order_tests", "many-to-many order_tests id=test_id id=order_id"),
            ("departments", "departments", nil, "one-to-many id=parent_id"),
            ("departments", "departments", "parent_id", "one-to-many id=parent_id"),
            ("departments", "parent_id", nil, "many-to-one parent_id=id"),
            ("beds", "wards", nil, "many-to-one hospital=hospital,ward=number"),
            ("wards", "beds", "beds_in_ward", "one-to-many hospital=hospital,number=ward"),
            ("measurements", "laboratories", nil, "many-to-one laboratory_id=id"),
            ("doctors", "latest_order", nil, "computed latest_order one"),
            ("doctors", "colleagues", nil, "computed colleagues"),
            ("doctors", "laboratories", nil, "computed laboratories"),
            ("visits", "doctors", nil, "many-to-one doctor_id=id"),
            ("visits", "patients", "patient_id", "many-to-one patient_id=patient"),
            ("visits", "patients", "same_patient_id", "many-to-one same_patient_id=patient"),
            ("visit_summaries", "patients", nil, "many-to-one patient_id=patient"),
            ("order_links", "tests", nil, "many-to-one test_id=id"),
            ("tests", "orders", "order_links", "many-to-many order_links id=test_id id=order_id"),
        ] as [(String, String, String?, String)])
    func `an embed finds its relationship`(
        parent: String, target: String, hint: String?, expected: String
    ) async throws {
        #expect(text(try await find(parent, target, hint: hint)) == expected)
    }

    /// parent, target, hint, the suggestion
    @Test(
        arguments: [
            ("doctors", "qqq", nil, nil),
            ("doctor", "laboratories", nil, "Perhaps you meant 'doctors' instead of 'doctor'."),
            ("laboratories", "doctor", nil, "Perhaps you meant 'doctors' instead of 'doctor'."),
            ("orders", "doctors", "nonsense", nil), ("everybody", "patients", nil, nil), ("zzz", "qqq", nil, nil),
            ("laboratories", "some table", nil, nil), ("departments", "departments", "nonsense", nil),
            ("doctors", "", nil, nil), ("", "", "", nil),
        ] as [(String, String, String?, String?)])
    func `an embed without a relationship is refused`(
        parent: String, target: String, hint: String?, suggestion: String?
    ) async throws {
        let error = await #expect(throws: SchemaCacheError.self) { try await find(parent, target, hint: hint) }
        #expect(error?.code == "PGRST200")
        #expect(error?.status == 400)
        #expect(error?.hint == suggestion)
        #expect(
            error?.message == "Could not find a relationship between '\(parent)' and '\(target)' in the schema cache")
        let using = hint.map { "' using the hint '\($0)" } ?? ""
        #expect(
            error?.details
                == .string(
                    "Searched for a foreign key relationship between '\(parent)' and '\(target)\(using)' in the schema "
                        + "'api', but no matches were found."))
    }

    @Test func `several relationships are listed with hints`() async throws {
        let error = await #expect(throws: SchemaCacheError.self) { try await find("orders", "doctors") }
        #expect(error?.code == "PGRST201")
        #expect(error?.status == 300)
        #expect(
            error?.message
                == "Could not embed because more than one relationship was found for 'orders' and 'doctors'")
        #expect(
            error?.hint
                == """
                Try changing 'doctors' to one of the following: 'doctors!orders_ordered_by_fkey', \
                'doctors!orders_reviewed_by_fkey'. Find the desired relationship in the 'details' key.
                """)
        #expect(
            error?.details == [
                [
                    "cardinality": "many-to-one", "embedding": "orders with doctors",
                    "relationship": "orders_ordered_by_fkey using orders(ordered_by) and doctors(id)",
                ],
                [
                    "cardinality": "many-to-one", "embedding": "orders with doctors",
                    "relationship": "orders_reviewed_by_fkey using orders(reviewed_by) and doctors(id)",
                ],
            ])
    }

    @Test func `a junction shown by a view is a choice of its own`() async throws {
        let error = await #expect(throws: SchemaCacheError.self) {
            try await find("orders", "tests", hint: "nonsense")
        }
        #expect(error?.code == "PGRST200")
        let cache = try await LaboratorySchema.cache
        let ways = (cache.relationships[api("orders")] ?? []).filter { $0.target == api("tests") }
        #expect(
            ways.map(text).sorted() == [
                "many-to-many order_links id=order_id id=test_id", "many-to-many order_tests id=order_id id=test_id",
            ])
    }

    @Test func `a computed relationship takes the place of the detected ones to its name`() async throws {
        let cache = try await LaboratorySchema.cache
        let ways = (cache.relationships[api("doctors")] ?? []).filter { $0.target == api("laboratories") }
        #expect(ways.map(text) == ["computed laboratories"])
    }

    @Test func `relationships do not leave the selected schema`() async throws {
        let cache = try await LaboratorySchema.cache
        let odd = RelationshipSearch(
            schema: "odd, \"name\"", parent: "some table", target: "laboratories", hint: nil)
        #expect(throws: SchemaCacheError.self) { try cache.relationship(odd) }
    }

    @Test func `a view chain is followed only through known schemas`() async throws {
        let bench = try await LaboratorySchema()
        let narrow = try await bench.load(schemas: ["api"])
        #expect(narrow.relations[api("visit_summaries")]?.primaryKey == [])
        let searching = try await bench.load(schemas: ["api"], searched: ["archive"])
        #expect(searching.relations[api("visit_summaries")]?.primaryKey == ["id"])
        #expect(searching.relations[QualifiedIdentifier("archive", "visits")] == nil)
        await bench.database.shutdown()
    }
}
