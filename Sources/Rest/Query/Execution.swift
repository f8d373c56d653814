internal import Postgres

/// Runs the statements of one request as one transaction: in a single flight wherever nothing has to be decided in
/// between.
struct Execution: Sendable {
    let database: Database
    let settings: TransactionSettings
    let isolation: Isolation
    /// Undo everything at the end, whatever it gave.
    let rollsBack: Bool
    /// Called before everything else.
    let preRequest: SQL?

    /// Carries the results out of a transaction that is rolled back.
    private struct RolledBack: Error {
        let results: [ResultSet]
    }

    /// The results of `statements`, in order.
    func run(_ statements: [SQL]) async throws(DatabaseError) -> [ResultSet] {
        let all = (preRequest.map { [$0] } ?? []) + statements
        let results =
            isolation == .readCommitted && !rollsBack
            ? try await database.run(settings, all) : try await runTransaction(all)
        return Array(results.dropFirst(preRequest == nil ? 0 : 1))
    }

    /// The results of `statements`, which only read, and the transaction they ran in.
    func open(_ statements: [SQL]) async throws(DatabaseError) -> (results: [ResultSet], transaction: OpenTransaction) {
        let (results, transaction) = try await database.openTransaction(
            settings, isolation: isolation, (preRequest.map { [$0] } ?? []) + statements)
        return (Array(results.dropFirst(preRequest == nil ? 0 : 1)), transaction)
    }

    private func runTransaction(_ statements: [SQL]) async throws(DatabaseError) -> [ResultSet] {
        do {
            return try await database.transaction(settings, isolation: isolation) { transaction in
                let results = try await transaction.run(statements)
                guard rollsBack else { return results }
                // Errors of deferred constraints would come with the commit that never happens.
                try await transaction.run("set constraints all immediate")
                throw RolledBack(results: results)
            }
        } catch let outcome as RolledBack {
            return outcome.results
        } catch let error as DatabaseError {
            throw error
        } catch {
            // The body throws nothing else but the cancellation of its task.
            throw .cancelled
        }
    }
}
