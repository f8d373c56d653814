import Core
import Testing

@testable import Rest

/// The members are those of upstream's snapshots (`test/io/__snapshots__/test_cli`).
@Suite struct `The schema cache as JSON` {
    /// The value beside `key` in a list of pairs.
    private func value(_ map: String, _ key: JSON, in json: JSON) throws -> JSON {
        let pairs = try #require(json[map]?.array)
        return try #require(pairs.first { $0.array?.first == key }?.array?.last, "\(key.text) in \(map)")
    }

    private func identifier(_ name: String, _ schema: String = "api") -> JSON {
        ["qiName": .string(name), "qiSchema": .string(schema)]
    }

    @Test func `relations are shown with their columns`() async throws {
        let json = try await LaboratorySchema.cache.json
        let members = try #require(json.object).members.map(\.key)
        #expect(members == ["dbMediaHandlers", "dbRelationships", "dbRepresentations", "dbRoutines", "dbTables"])
        let table = try value("dbTables", identifier("tests"), in: json)
        #expect(
            table.text == """
                {"tableColumns":{"id":{"colDefault":null,"colDescription":null,"colEnum":[],"colMaxLen":null,\
                "colName":"id","colNominalType":"integer","colNullable":false,"colType":"integer"},\
                "name":{"colDefault":null,"colDescription":null,"colEnum":[],"colMaxLen":null,"colName":"name",\
                "colNominalType":"text","colNullable":true,"colType":"text"}},"tableDeletable":true,\
                "tableDescription":null,"tableInsertable":true,"tableIsView":false,"tableName":"tests",\
                "tablePKCols":["id"],"tableSchema":"api","tableUpdatable":true}
                """)
        let orders = try value("dbTables", identifier("orders"), in: json)
        #expect(orders["tableColumns"]?["urgency"]?["colEnum"] == ["routine", "urgent", "stat"])
        let doctors = try value("dbTables", identifier("doctors"), in: json)
        #expect(doctors["tableColumns"]?["name"]?["colMaxLen"] == .int(50))
        let view = try value("dbTables", identifier("patients"), in: json)
        #expect(view["tableIsView"] == true)
        let laboratories = try value("dbTables", identifier("laboratories"), in: json)
        #expect(laboratories["tableDescription"] == "Where samples go")
    }

    @Test func `relationships are shown by their source and the schema of their target`() async throws {
        let json = try await LaboratorySchema.cache.json
        let ofTests = try value("dbRelationships", [identifier("tests"), "api"], in: json)
        let throughJunctions = try #require(
            ofTests.array?.filter {
                $0["relCardinality"]?["tag"] == "M2M" && $0["relForeignTable"] == identifier("orders")
            }.map { $0["relCardinality"] })
        #expect(
            throughJunctions.map { $0?["contents"]?["junTable"] } == [
                identifier("order_links"), identifier("order_tests"),
            ])
        #expect(
            throughJunctions.last == [
                "contents": [
                    "junColsSource": [["id", "test_id"]], "junColsTarget": [["id", "order_id"]],
                    "junConstraint1": "order_tests_test_id_fkey", "junConstraint2": "order_tests_order_id_fkey",
                    "junTable": identifier("order_tests"),
                ], "tag": "M2M",
            ])
        let ofNotes = try value("dbRelationships", [identifier("order_notes"), "api"], in: json)
        let first = try #require(ofNotes.array?.first)
        #expect(
            first == [
                "relCardinality": [
                    "isParent": false, "relColumns": [["order_id", "id"]], "relCons": "order_notes_order_id_fkey",
                    "tag": "O2O",
                ], "relFTableIsView": false, "relForeignTable": identifier("orders"), "relIsSelf": false,
                "relTable": identifier("order_notes"), "relTableIsView": false, "tag": "Relationship",
            ])
        let ofDepartments = try value("dbRelationships", [identifier("departments"), "api"], in: json)
        #expect(ofDepartments.array?.contains { $0["relIsSelf"] == true } == true)
        #expect(Set(ofDepartments.array?.compactMap { $0["relCardinality"]?["tag"] } ?? []) == ["M2O", "O2M"])
    }

    @Test func `functions are shown with all overloads`() async throws {
        let json = try await LaboratorySchema.cache.json
        let overloads = try value("dbRoutines", identifier("add"), in: json)
        #expect(overloads.array?.count == 2)
        #expect(
            overloads.array?.first?.text == """
                {"pdDescription":null,"pdFuncSettings":[],"pdHasVariadic":false,"pdIsoLvl":null,"pdName":"add",\
                "pdParams":[{"ppName":"a","ppReq":true,"ppType":"integer","ppTypeMaxLength":"integer","ppVar":false},\
                {"ppName":"b","ppReq":false,"ppType":"integer","ppTypeMaxLength":"integer","ppVar":false}],\
                "pdReturnType":{"contents":{"contents":{"qiName":"int4","qiSchema":"pg_catalog"},"tag":"Scalar"},\
                "tag":"Single"},"pdSchema":"api","pdVolatility":"Immutable"}
                """)
        let variadic = try value("dbRoutines", identifier("collect"), in: json)
        #expect(variadic.array?.first?["pdHasVariadic"] == true)
        #expect(variadic.array?.first?["pdReturnType"]?["tag"] == "SetOf")
    }

    @Test func `handlers of the database stand beside or in place of the built-in ones`() {
        let csv = MediaHandler.Key(subject: .anyElement, mediaType: "text/csv")
        let page = MediaHandler.Key(subject: .named(api("page")), mediaType: "text/html")
        let cache = SchemaCache(
            representations: [
                DomainRepresentation.Conversion(from: "api.color", to: "json"): DomainRepresentation(
                    conversion: DomainRepresentation.Conversion(from: "api.color", to: "json"), function: api("shown"))
            ],
            mediaHandlers: [
                csv: MediaHandler(function: api("to_csv"), isAggregate: true, answeredMediaType: "text/csv"),
                page: MediaHandler(function: api("text/html"), isAggregate: false, answeredMediaType: "text/html"),
            ])
        let any: JSON = ["tag": "RelAnyElement"]
        let ours: JSON = ["contents": identifier("page"), "tag": "RelId"]
        #expect(
            cache.json["dbMediaHandlers"] == [
                [[any, ["tag": "MTGeoJSON"]], [["tag": "BuiltinOvAggGeoJson"], ["tag": "MTGeoJSON"]]],
                [[any, ["tag": "MTApplicationJSON"]], [["tag": "BuiltinOvAggJson"], ["tag": "MTApplicationJSON"]]],
                [[any, ["tag": "MTAny"]], [["tag": "BuiltinOvAggJson"], ["tag": "MTApplicationJSON"]]],
                [
                    [any, ["tag": "MTTextCSV"]],
                    [["contents": [identifier("to_csv"), any], "tag": "CustomFunc"], ["tag": "MTTextCSV"]],
                ],
                [
                    [ours, ["contents": "text/html", "tag": "MTOther"]],
                    [
                        ["contents": [identifier("text/html"), ours], "tag": "CustomFunc"],
                        ["contents": "text/html", "tag": "MTOther"],
                    ],
                ],
            ])
        #expect(
            cache.json["dbRepresentations"] == [
                [
                    ["api.color", "json"],
                    ["drFunction": "api.shown", "drSourceType": "api.color", "drTargetType": "json"],
                ]
            ])
    }
}
