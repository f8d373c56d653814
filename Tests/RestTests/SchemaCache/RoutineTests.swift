import Core
import Testing

@testable import Rest

@Suite struct `Functions in the schema cache` {
    private func find(
        _ name: String, _ arguments: [String], body: RoutineSearch.Body = .json
    ) async throws -> Routine {
        try await LaboratorySchema.cache.routine(RoutineSearch(api(name), arguments: arguments, body: body))
    }

    @Test func `functions that cannot be called by name are left out`() async throws {
        let cache = try await LaboratorySchema.cache
        for name in ["on_insert", "tidy", "take_number", "mixed", "tsv_of_doctors"] {
            #expect(cache.routines[api(name)] == nil, "\(name)")
        }
        #expect(cache.routines[QualifiedIdentifier("internal", "ignore")] == nil)
    }

    @Test func `parameters know whether they can be left out`() async throws {
        let add = try await find("add", ["a"])
        #expect(add.parameters.map(\.name) == ["a", "b"])
        #expect(add.parameters.map(\.isRequired) == [true, false])
        #expect(add.volatility == .immutable)
        #expect(add.parameters.map(\.isVariadic) == [false, false])
        let collect = try await find("collect", ["names"])
        #expect(collect.parameters.map(\.isVariadic) == [true])
        #expect(collect.parameters.first?.type == "text[]")
    }

    @Test func `arguments are cast to types that do not cut them`() async throws {
        let pad = try await find("pad", ["value", "bits"])
        #expect(pad.parameters.map(\.type) == ["character", "bit[]"])
        #expect(pad.parameters.map(\.castType) == ["character varying", "bit varying[]"])
    }

    /// name, arguments, result, whether a set
    @Test(arguments: [
        ("add", ["a", "b"], Routine.Result.scalar(QualifiedIdentifier("pg_catalog", "int4")), false),
        ("collect", ["names"], .scalar(QualifiedIdentifier("pg_catalog", "text")), true),
        ("split", ["whole"], .composite(QualifiedIdentifier("pg_catalog", "record")), false),
        ("turned", ["value"], .composite(QualifiedIdentifier("pg_catalog", "record")), false),
        ("listed", [], .composite(QualifiedIdentifier("pg_catalog", "record")), true),
        ("nothing", [], .void, false),
        ("anything", [], .scalar(QualifiedIdentifier("pg_catalog", "record")), false),
        ("all_doctors", [], .composite(api("doctors")), true),
        ("one_code", [], .scalar(QualifiedIdentifier("pg_catalog", "varchar")), false),
        ("one_doctor", [], .composite(api("doctors")), false),
    ])
    func `a function has its kind of result`(
        name: String, arguments: [String], result: Routine.Result, isSet: Bool
    ) async throws {
        let routine = try await find(name, arguments)
        #expect(routine.result == result)
        #expect(routine.returnsSet == isSet)
    }

    @Test func `output parameters are not arguments`() async throws {
        #expect(try await find("split", ["whole"]).parameters.map(\.name) == ["whole"])
        #expect(try await find("turned", ["value"]).parameters.map(\.name) == ["value"])
        #expect(try await find("listed", []).parameters.isEmpty)
    }

    @Test func `settings are kept as far as they are hoisted`() async throws {
        let routine = try await find("all_doctors", [])
        #expect(routine.isolation == "repeatable read")
        #expect(
            routine.hoistedSettings == [
                Routine.Setting(name: "statement_timeout", value: "2s"),
                Routine.Setting(name: "default_transaction_isolation", value: "repeatable read"),
            ])
        #expect(routine.volatility == .stable)
    }

    @Test func `overloads are told apart by their arguments`() async throws {
        #expect(try await find("add", ["b", "a"]).parameters.count == 2)
        #expect(try await find("add", ["a", "b", "c"]).parameters.count == 3)
        #expect(try await find("add", ["a", "b", "c"]).volatility == .stable)
    }

    @Test(arguments: [RoutineSearch.Body.json, .none, .text, .xml, .bytes, .other])
    func `a single unnamed parameter takes a body of its type`(body: RoutineSearch.Body) async throws {
        if body == .json {
            #expect(try await find("take", ["a", "b"], body: body).identifier == api("take"))
        } else {
            await #expect(throws: SchemaCacheError.self) { try await find("take", [], body: body) }
        }
    }

    /// name, arguments, body, message, details, hint
    @Test(
        arguments: [
            (
                "ad", [], .none, "Could not find the function api.ad without parameters in the schema cache",
                "Searched for the function api.ad without parameters, but no matches were found in the schema cache.",
                nil
            ),
            (
                "all_doctor", [], .json,
                "Could not find the function api.all_doctor without parameters in the schema cache",
                """
                Searched for the function api.all_doctor without parameters or with a single unnamed json/jsonb \
                parameter, but no matches were found in the schema cache.
                """, "Perhaps you meant to call the function api.all_doctors"
            ),
            (
                "add", ["b", "a", "d"], .other, "Could not find the function api.add(a, b, d) in the schema cache",
                "Searched for the function api.add with parameters a, b, d, but no matches were found in the schema cache.",
                "Perhaps you meant to call the function api.add(a, b, c)"
            ),
            (
                "split", ["hole"], .none, "Could not find the function api.split(hole) in the schema cache",
                "Searched for the function api.split with parameter hole, but no matches were found in the schema cache.",
                "Perhaps you meant to call the function api.split(whole)"
            ),
            (
                "take", [], .text, "Could not find the function api.take in the schema cache",
                """
                Searched for the function api.take with a single unnamed text parameter, but no matches were found in \
                the schema cache.
                """, nil
            ),
        ] as [(String, [String], RoutineSearch.Body, String, String, String?)])
    func `a call that fits no function is refused`(
        name: String, arguments: [String], body: RoutineSearch.Body, message: String, details: String, hint: String?
    ) async throws {
        let error = await #expect(throws: SchemaCacheError.self) { try await find(name, arguments, body: body) }
        #expect(error?.code == "PGRST202")
        #expect(error?.status == 404)
        #expect(error?.message == message)
        #expect(error?.details == .string(details))
        #expect(error?.hint == hint)
    }

    @Test func `a call that fits several functions is refused`() throws {
        func overload(_ type: String) -> Routine {
            Routine(
                identifier: api("f"), description: nil,
                parameters: [
                    Routine.Parameter(name: "a", type: type, castType: type, isRequired: true, isVariadic: false)
                ], result: .void, returnsSet: false,
                volatility: .volatile, isolation: nil, hoistedSettings: [])
        }
        let cache = SchemaCache(routines: [api("f"): [overload("integer"), overload("text")]])
        let error = #expect(throws: SchemaCacheError.self) {
            try cache.routine(RoutineSearch(api("f"), arguments: ["a"], body: .none))
        }
        #expect(error?.code == "PGRST203")
        #expect(error?.status == 300)
        #expect(
            error?.message
                == "Could not choose the best candidate function between: api.f(a => integer), api.f(a => text)")
        #expect(error?.details == nil)
    }

    @Test func `casts of domains are representations`() async throws {
        let cache = try await LaboratorySchema.cache
        #expect(cache.representation(from: "api.color", to: "json")?.function == api("color_to_json"))
        #expect(cache.representation(from: "text", to: "api.color")?.function == api("color_from_text"))
        #expect(cache.representation(from: "json", to: "api.color") == nil)
    }

    @Test func `domains named like a media type make handlers`() async throws {
        let cache = try await LaboratorySchema.cache
        func handler(_ subject: MediaHandler.Subject, _ mediaType: String) -> MediaHandler? {
            cache.mediaHandlers[MediaHandler.Key(subject: subject, mediaType: mediaType)]
        }
        let tsv = "text/tab-separated-values"
        #expect(
            handler(.named(api("doctors")), tsv)
                == MediaHandler(function: api("tsv_of_doctors"), isAggregate: true, answeredMediaType: tsv))
        #expect(
            handler(.named(api("report")), tsv)
                == MediaHandler(function: api(tsv), isAggregate: false, answeredMediaType: tsv))
        #expect(
            handler(.anyElement, "*/*")
                == MediaHandler(
                    function: api("bytes_of_all"), isAggregate: true, answeredMediaType: "application/octet-stream"))
        #expect(handler(.named(api("orders")), tsv) == nil)
    }
}
