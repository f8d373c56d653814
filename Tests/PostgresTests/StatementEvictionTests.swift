import Core
import Postgres
import TestSupport
import Testing

@Suite struct `Statements kept prepared` {
    private func connection(keeping count: Int) async throws -> Database {
        try await TestCluster.shared.emptyDatabase().pool { configuration in
            configuration.connectionsMax = 1
            configuration.preparedStatementsMax = count
        }
    }

    /// A statement of its own text each.
    private func statement(_ number: Int) -> SQL { SQL(trustedText: "select \(number)") }

    @Test(arguments: [Isolation.readCommitted, .repeatableRead, .serializable])
    func `a transaction chooses its isolation when one has to go for its BEGIN`(isolation: Isolation) async throws {
        let database = try await connection(keeping: 3)
        for number in 0..<4 { try await database.run(statement(number)) }
        let level = try await database.transaction(isolation: isolation) { transaction in
            try await transaction.run("select current_setting('transaction_isolation')").first?.text(0)
        }
        #expect(level == isolation.rawValue)
        await database.shutdown()
    }

    @Test func `the server does not keep more than the connection, failures included`() async throws {
        let database = try await connection(keeping: 3)
        for number in 0..<40 {
            let failing: [SQL] = [
                statement(number), SQL(trustedText: "select 1 / 0 as n\(number)"), statement(number + 500),
            ]
            if number % 3 == 0 {
                await #expect(throws: DatabaseError.self) { try await database.run(failing) }
            } else if number % 3 == 1 {
                await #expect(throws: DatabaseError.self) {
                    try await database.run([SQL(trustedText: "select nothing_\(number)"), statement(number + 900)])
                }
            } else {
                let results = try await database.run([statement(number), statement(number + 100)])
                #expect(try results.map { try $0.first?.int(0) } == [number, number + 100])
            }
        }
        let kept = try await database.run("select count(*) from pg_prepared_statements").first?.int(0)
        #expect(try #require(kept) <= 3)
        await database.shutdown()
    }

    @Test func `statements at once and one after another are the same`() async throws {
        let database = try await connection(keeping: 1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<60 {
                group.addTask {
                    let results = try await database.run([statement(number), statement(number % 7)])
                    #expect(try results.map { try $0.first?.int(0) } == [number, number % 7])
                }
            }
            try await group.waitForAll()
        }
        await database.shutdown()
    }
}
