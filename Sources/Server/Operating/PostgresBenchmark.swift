internal import Core
internal import Postgres
internal import Synchronization

/// Transactions a second of the database client alone: role and claims set, one row of `bench_rows` read by key under
/// row-level security, many at a time on a few connections.
public struct PostgresBenchmark: Sendable {
    let url: String
    let connections: Int
    let clients: Int
    let seconds: Int
    let rows: Int
    let role: String

    public init(url: String, connections: Int, clients: Int, seconds: Int, rows: Int, role: String) {
        self.url = url
        self.connections = connections
        self.clients = clients
        self.seconds = seconds
        self.rows = rows
        self.role = role
    }

    /// Returns one JSON object: transactions, seconds, transactions a second.
    public func run() async throws -> String {
        var configuration = DatabaseConfiguration(name: "bench", connection: Secret(url))
        configuration.connectionsMax = connections
        let database = Database(configuration)
        let caller = Caller(
            role: role, subject: nil,
            claimsText: #"{"sub":"00000000-0000-4000-8000-000000000001","role":"authenticated"}"#)
        let settings = TransactionSettings(caller: caller)
        // Connections are opened and statements prepared before the clock runs.
        _ = try await drive(database, settings, until: .now + .seconds(1))
        let start = ContinuousClock.now
        let done = try await drive(database, settings, until: start + .seconds(seconds))
        let elapsed = ContinuousClock.now - start
        await database.shutdown()
        let time = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        return JSON.object([
            "transactions": .int(done), "seconds": .double(time), "tps": .double(Double(done) / time),
            "connections": .int(connections), "clients": .int(clients),
        ]).text
    }

    private func drive(
        _ database: Database, _ settings: TransactionSettings, until end: ContinuousClock.Instant
    ) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for client in 0..<clients {
                group.addTask {
                    var done = 0
                    var key = client * 7919
                    while ContinuousClock.now < end {
                        key = (key * 1_103_515_245 + 12_345) & 0x7FFF_FFFF
                        let result = try await database.run(
                            settings, "select id, payload from bench_rows where id = \(key % rows + 1)::int")
                        guard result.rowCount == 1 else {
                            throw DatabaseError.unexpectedResult("row \(key % rows + 1) of bench_rows was not found")
                        }
                        done += 1
                    }
                    return done
                }
            }
            return try await group.reduce(0, +)
        }
    }
}
