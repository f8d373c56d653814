import Core
import TestSupport
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(5))) struct `Loose cancels` {
    private static func flight(_ statement: SQL) -> Flight {
        Flight(
            kind: .shared, statements: [statement], hiddenResults: 0, answerMax: .seconds(600),
            cancellation: Flight.Cancellation(), completion: { _ in })
    }

    private static func land(_ connection: PooledConnection) async throws -> PooledConnection.Landing {
        while true {
            _ = connection.flush()
            if let landing = try #require(connection.receive()).first { return landing }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Two clients left and both cancels come late: whoever is struck by either did nothing wrong.
    @Test func `each of several may strike a flight of somebody else, which is then sent again`() async throws {
        let scratch = try await TestCluster.shared.emptyDatabase()
        let other = scratch.pool()
        let handle = try ConnectionHandle.connect(scratch.configuration())
        try handle.enterPipeline()
        let connection = PooledConnection(id: 1, handle: handle, statementsMax: 16, now: .now)
        #expect(connection.send(Self.flight("select pg_backend_pid()"), now: .now))
        let process = try #require(try await Self.land(connection).answer.get().first?.first).int(0)
        connection.noteCancel(for: .max)
        connection.noteCancel(for: .max - 1)
        for mayRetry in [true, true, false] {
            #expect(connection.send(Self.flight("select pg_sleep(300)"), now: .now))
            _ = connection.flush()
            while try await other.run(
                "select count(*) from pg_stat_activity where pid = \(process)::int and state = 'active' and query like '%pg_sleep%'"
            ).first?.int(0) != 1 {
                try await Task.sleep(for: .milliseconds(2))
            }
            try await other.run("select pg_cancel_backend(\(process)::int)")
            let landing = try await Self.land(connection)
            #expect(landing.mayRetry == mayRetry)
            guard case .failure(let error) = landing.answer else {
                Issue.record("it was not cancelled")
                continue
            }
            #expect(error.serverError?.sqlState == .queryCanceled)
        }
        await other.shutdown()
    }
}
