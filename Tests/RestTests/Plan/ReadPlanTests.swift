import HTTPTypes
import Postgres
import Testing

@testable import Rest

/// Plans `GET path?query` against the laboratory's schema and prints the read.
func readSQL(
    _ path: String, _ query: String, _ adjust: (inout RestConfiguration) -> Void = { _ in }
) async throws -> SQL {
    var configuration = RestConfiguration()
    configuration.schemas = LaboratorySchema.exposed
    adjust(&configuration)
    let request = try APIRequest(
        method: "GET", path: path, query: query, headers: [:], body: [],
        rules: RequestRules(schemas: configuration.schemas))
    let planner = Planner(request: request, cache: try await LaboratorySchema.cache, configuration: configuration)
    guard case .read(let plan) = try planner.plan() else { throw PlanTestError.notARead }
    var writer = SQLWriter()
    writer.write(plan.root)
    return writer.sql
}

enum PlanTestError: Error {
    case notARead
}

@Suite struct `Plans of reads` {
    @Test func `embeds deeper than the limit are refused`() async throws {
        func query(_ depth: Int) -> String {
            let names = (0..<depth).map { $0.isMultiple(of: 2) ? "doctors" : "laboratories" }
            return "select=" + names.map { $0 + "(" }.joined() + "id" + String(repeating: ")", count: depth)
        }
        _ = try await readSQL("/laboratories", query(3)) { $0.embedDepthMax = 3 }
        let error = await #expect(throws: RestError.self) {
            try await readSQL("/laboratories", query(4)) { $0.embedDepthMax = 3 }
        }
        #expect(error?.code == "PGRST100")
    }

    @Test(
        arguments: [
            ("/laboratories", "", #"SELECT "api"."laboratories".* FROM "api"."laboratories""#),
            (
                "/laboratories", "select=id,title:name,code::text&id=in.(1,2)&order=name.desc&limit=3&offset=4",
                #"SELECT "api"."laboratories"."id", "api"."laboratories"."name" AS "title", "#
                    + #"CAST("api"."laboratories"."code" AS text) FROM "api"."laboratories" "#
                    + #"WHERE "api"."laboratories"."id" = ANY ($1) ORDER BY "api"."laboratories"."name" DESC LIMIT $2 OFFSET $3"#
            ),
            (
                "/orders", "select=id,doctor:doctors!ordered_by(name)",
                #"SELECT "api"."orders"."id", row_to_json("orders_doctor_1".*)::jsonb AS "doctor" "#
                    + #"FROM "api"."orders" LEFT JOIN LATERAL (SELECT "doctors_1"."name" FROM "#
                    + #""api"."doctors" AS "doctors_1" WHERE "doctors_1"."id" = "#
                    + #""api"."orders"."ordered_by") AS "orders_doctor_1" ON TRUE"#
            ),
            (
                "/laboratories", "select=id,doctors!inner(name)&doctors.limit=2",
                #"SELECT "api"."laboratories"."id", COALESCE("laboratories_doctors_1"."laboratories_doctors_1", '[]') "#
                    + #"AS "doctors" FROM "api"."laboratories" INNER JOIN LATERAL (SELECT "#
                    + #"json_agg("laboratories_doctors_1")::jsonb AS "laboratories_doctors_1" FROM (SELECT "#
                    + #""doctors_1"."name" FROM "api"."doctors" AS "doctors_1" WHERE "doctors_1"."laboratory_id" = "#
                    + #""api"."laboratories"."id" LIMIT $1) AS "laboratories_doctors_1") AS "laboratories_doctors_1" "#
                    + #"ON "laboratories_doctors_1" IS NOT NULL"#
            ),
            (
                "/orders", "select=id,tests!order_tests(name)",
                #"SELECT "api"."orders"."id", COALESCE("orders_tests_1"."orders_tests_1", '[]') AS "tests" FROM "#
                    + #""api"."orders" LEFT JOIN LATERAL (SELECT json_agg("orders_tests_1")::jsonb AS "#
                    + #""orders_tests_1" FROM (SELECT "api"."tests"."name" FROM "api"."tests", "api"."order_tests" "#
                    + #"WHERE "api"."order_tests"."test_id" = "api"."tests"."id" AND "api"."order_tests"."order_id" "#
                    + #"= "api"."orders"."id") AS "orders_tests_1") AS "orders_tests_1" ON TRUE"#
            ),
            (
                "/orders", "select=id,doctors!reviewed_by()&doctors=not.is.null",
                #"SELECT "api"."orders"."id" FROM "api"."orders" LEFT JOIN LATERAL (SELECT "doctors_1".* FROM "#
                    + #""api"."doctors" AS "doctors_1" WHERE "doctors_1"."id" = "#
                    + #""api"."orders"."reviewed_by") AS "orders_doctors_1" ON TRUE "#
                    + #"WHERE "orders_doctors_1" IS DISTINCT FROM NULL"#
            ),
            (
                "/doctors", "select=id,latest_order(id)",
                #"SELECT "api"."doctors"."id", row_to_json("doctors_latest_order_1".*)::jsonb AS "latest_order" FROM "#
                    + #""api"."doctors" LEFT JOIN LATERAL (SELECT "orders_1"."id" FROM "#
                    + #""api"."latest_order"("doctors"::"api"."doctors") AS "orders_1") AS "#
                    + #""doctors_latest_order_1" ON TRUE"#
            ),
        ])
    func `a query string becomes one statement`(path: String, query: String, text: String) async throws {
        #expect(try await readSQL(path, query).text == text)
    }

    @Test func `aggregates group by everything else`() async throws {
        let sql = try await readSQL("/orders", "select=urgency,amount.sum()::text,n:count()") {
            $0.allowsAggregates = true
        }
        let orders = #""api"."orders""#
        #expect(
            sql.text == "SELECT \(orders).\"urgency\", CAST(sum(\(orders).\"amount\") AS text), "
                + "count(\(orders).*) AS \"n\" FROM \(orders) GROUP BY \(orders).\"urgency\"")
    }

    @Test func `an aggregate in a to-one spread is applied where the spread's columns are shown`() async throws {
        let sql = try await readSQL("/orders", "select=id,...doctors!ordered_by(laboratory_id.max())") {
            $0.allowsAggregates = true
        }
        #expect(sql.text.contains(#"max("orders_doctors_1"."max") AS "max""#))
        #expect(sql.text.contains(#"SELECT "doctors_1"."laboratory_id" AS "max" FROM"#))
        #expect(sql.text.hasSuffix(#"GROUP BY "api"."orders"."id""#))
    }

    @Test(
        arguments: [
            ("/doctors", "select=count()", "PGRST123"), ("/nothing", "", "PGRST205"),
            ("/doctors", "select=nothing(*)", "PGRST200"), ("/orders", "select=doctors(*)", "PGRST201"),
            ("/doctors", "laboratories.id=eq.1", "PGRST108"), ("/doctors", "order=laboratories(name)", "PGRST108"),
            (
                "/laboratories", "select=doctors(*)&order=doctors(name)", "PGRST118"
            ),
        ])
    func `what cannot be planned has its code`(path: String, query: String, code: String) async throws {
        let error = await #expect(throws: RestError.self) { try await readSQL(path, query) }
        #expect(error?.code == code)
    }

    @Test func `most rows hold on every level, and a smaller limit stays`() async throws {
        let sql = try await readSQL("/laboratories", "select=id,doctors(id)&doctors.limit=5&limit=100") {
            $0.rowsMax = 10
        }
        #expect(sql.parameters == [.text("5"), .text("10")])
    }

    @Test func `values change parameters, never the text`() async throws {
        let texts = try await [("1", "a", "2"), ("99", "b%3B drop table x", "7")].asyncMap { id, name, limit in
            try await readSQL(
                "/laboratories", "id=eq.\(id)&name=like.\(name)*&limit=\(limit)&or=(id.gt.\(id),name.eq.\(name))"
            ).text
        }
        #expect(Set(texts).count == 1)
    }
}

extension Array {
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
