import Core
import Postgres
import TestSupport
import Testing

/// Two doctors with one case each, by SQL alone: what row-level security lets whom do, whatever the Swift above it
/// gets wrong.
@Suite struct `Policies on cases` {
    static let first = "11111111-1111-4111-8111-111111111111"
    static let second = "22222222-2222-4222-8222-222222222222"

    enum Actor: String, CaseIterable, Sendable {
        case owner, stranger, anon, service

        var caller: Caller {
            switch self {
            case .owner: .user(id: `Policies on cases`.first)
            case .stranger: .user(id: `Policies on cases`.second)
            case .anon: .anonymous
            case .service: .service
            }
        }
    }

    enum Outcome: Equatable, Sendable, ExpressibleByIntegerLiteral {
        case rows(Int)
        /// Permission denied, or told like an unknown case.
        case refused
        init(integerLiteral value: Int) { self = .rows(value) }
    }

    /// A statement on the first doctor's rows, and what becomes of it for each actor.
    struct Rule: Sendable, CustomTestStringConvertible {
        let name: String
        let sql: SQL
        let reached: [Actor: Outcome]
        var testDescription: String { name }
    }

    private static let hidden: [Actor: Outcome] = [.owner: 1, .stranger: 0, .anon: .refused, .service: 1]
    private static let refused: [Actor: Outcome] = [.owner: 1, .stranger: .refused, .anon: .refused, .service: 1]

    static let rules: [Rule] = [
        Rule(name: "select cases", sql: "select 1 from public.cases where case_id = 'c1'", reached: hidden),
        Rule(
            name: "update cases", sql: "update public.cases set patient_age = 1 where case_id = 'c1'", reached: hidden),
        Rule(name: "delete cases", sql: "delete from public.cases where case_id = 'c1'", reached: hidden),
        Rule(
            name: "insert a case of the first doctor",
            sql: """
                insert into public.cases (doctor_id, patient_name, patient_age, patient_gender)
                values ('11111111-1111-4111-8111-111111111111', 'x', 1, 'x')
                """, reached: refused),
        Rule(
            name: "give a case to another doctor",
            sql: "update public.cases set doctor_id = '22222222-2222-4222-8222-222222222222' where case_id = 'c1'",
            reached: [.owner: .refused, .stranger: 0, .anon: .refused, .service: 1]),
        Rule(name: "select files", sql: "select 1 from public.case_files where case_id = 'c1'", reached: hidden),
        Rule(name: "delete files", sql: "delete from public.case_files where case_id = 'c1'", reached: hidden),
        Rule(
            name: "insert a file", sql: "insert into public.case_files (case_id, file_category) values ('c1', 'lab')",
            reached: refused),
        Rule(
            name: "move a file into another's case",
            sql: "update public.case_files set case_id = 'c2', storage_path = null where case_id = 'c1'",
            reached: [.owner: .refused, .stranger: 0, .anon: .refused, .service: 1]),
        Rule(name: "select insights", sql: "select 1 from public.ai_insights where case_id = 'c1'", reached: hidden),
        Rule(name: "insert insights", sql: "insert into public.ai_insights (case_id) values ('c1')", reached: refused),
        Rule(
            name: "update insights", sql: "update public.ai_insights set icd_code = 'x' where case_id = 'c1'",
            reached: hidden),
        Rule(
            name: "read stored objects",
            sql: "select 1 from storage.objects where bucket_id = 'labdocs' and name like 'lab_files/c1/%'",
            reached: [.owner: 1, .stranger: 0, .anon: 0, .service: 1]),
        Rule(
            name: "store an object in the case's folder",
            sql: "insert into storage.objects (bucket_id, name, version) values ('labdocs', 'lab_files/c1/y', 'v')",
            reached: refused),
        Rule(
            name: "read the job queue", sql: "select 1 from medmitra.jobs",
            reached: [
                .owner: .refused, .stranger: .refused, .anon: .refused, .service: .refused,
            ]),
        Rule(
            name: "read stages", sql: "select 1 from medmitra.analysis_stages",
            reached: [
                .owner: .refused, .stranger: .refused, .anon: .refused, .service: .refused,
            ]),
        Rule(
            name: "read users", sql: "select 1 from auth.users",
            reached: [
                .owner: .refused, .stranger: .refused, .anon: .refused, .service: .refused,
            ]),
        Rule(
            name: "queue an analysis",
            sql: "select * from medmitra.enqueue_analysis('c1', gen_random_uuid(), '{}')",
            reached: [.owner: 1, .stranger: .refused, .anon: .refused, .service: .refused]),
    ]

    private static func prepared() async throws -> ScratchDatabase {
        let scratch = try await TestCluster.shared.migratedDatabase()
        let owner = scratch.pool()
        try await owner.run([
            "insert into auth.users (id, email) values ('11111111-1111-4111-8111-111111111111', 'a@x.y'), ('22222222-2222-4222-8222-222222222222', 'b@x.y')",
            """
            insert into public.cases (case_id, doctor_id, patient_name, patient_age, patient_gender) values
            ('c1', '11111111-1111-4111-8111-111111111111', 'p', 1, 'f'), ('c2', '22222222-2222-4222-8222-222222222222', 'q', 2, 'm')
            """,
            "insert into public.case_files (case_id, file_category, storage_path) values ('c1', 'lab', 'lab_files/c1/x'), ('c2', 'lab', 'lab_files/c2/x')",
            "insert into public.ai_insights (case_id) values ('c1'), ('c2')",
            "insert into storage.objects (bucket_id, name, version) values ('labdocs', 'lab_files/c1/x', 'v'), ('labdocs', 'lab_files/c2/x', 'v')",
        ])
        await owner.shutdown()
        return scratch
    }

    @Test(arguments: rules)
    func `each role reaches just the rows it may`(rule: Rule) async throws {
        let scratch = try await `Policies on cases`.prepared()
        // As the services connect: a login that can become every API role and is none itself.
        let database = scratch.pool(user: "authenticator")
        for actor in Actor.allCases {
            let expected = try #require(rule.reached[actor])
            do throws(DatabaseError) {
                // The statement is undone by a last one that fails, so that every actor finds the same rows.
                let counted = ReachedRows()
                do {
                    try await database.transaction(TransactionSettings(caller: actor.caller)) { transaction in
                        await counted.set(try await transaction.run(rule.sql).affectedRows)
                        throw ReachedRows.Undo()
                    }
                } catch is ReachedRows.Undo {
                } catch let error as DatabaseError {
                    throw error
                } catch {
                    throw .unexpectedResult("\(error)")
                }
                #expect(.rows(await counted.rows) == expected, "\(rule.name) as \(actor)")
            } catch {
                let isRefusal = error.sqlState == .insufficientPrivilege || error.sqlState?.rawValue == "P0002"
                #expect(expected == .refused && isRefusal, "\(rule.name) as \(actor): \(error.logText)")
            }
        }
        await database.shutdown()
    }
}

private actor ReachedRows {
    struct Undo: Error {}
    private(set) var rows = -1
    func set(_ rows: Int) { self.rows = rows }
}
