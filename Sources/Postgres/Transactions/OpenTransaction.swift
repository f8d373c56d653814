internal import Synchronization

/// A transaction that lasts beyond the function that began it, for answers that are sent while they are read.
///
/// ``close(commits:)`` ends it. One that is dropped before is rolled back by closing its connection, so nothing is kept
/// longer than the object lives.
public final class OpenTransaction: Sendable {
    private let transaction: Transaction
    private let isOpen = Mutex(true)

    init(_ transaction: Transaction) { self.transaction = transaction }

    deinit {
        // The server may be in the middle of an answer: such a connection cannot be used again.
        if isOpen.withLock({ $0 }) { transaction.database.release(transaction.lease, discard: true) }
    }

    /// Runs several statements in one round trip.
    @discardableResult
    public func run(_ statements: [SQL]) async throws(DatabaseError) -> [ResultSet] {
        try await transaction.database.fly(
            kind: .leased(transaction.lease), settings: TransactionSettings(), statements: statements,
            statementTimeout: transaction.settings.statementTimeout)
    }

    /// Ends the transaction and gives the connection back; once more does nothing.
    public func close(commits: Bool) async throws(DatabaseError) {
        let wasOpen = isOpen.withLock { isOpen in
            defer { isOpen = false }
            return isOpen
        }
        guard wasOpen, let error = await transaction.end(commits ? "commit" : "rollback"), commits else { return }
        throw error
    }
}

extension Database {
    /// Begins a read-only transaction with a connection to itself and runs `statements` in it, all in one round trip.
    /// Gives their results and the transaction, which the caller has to close.
    public func openTransaction(
        _ settings: TransactionSettings, isolation: Isolation = .readCommitted, _ statements: [SQL]
    ) async throws(DatabaseError) -> (results: [ResultSet], transaction: OpenTransaction) {
        var settings = settings
        settings.isReadOnly = true
        let transaction = Transaction(database: self, lease: try await acquireLease(), settings: settings)
        let open = OpenTransaction(transaction)
        do throws(DatabaseError) {
            return (try await transaction.begin(isolation, with: statements), open)
        } catch {
            // The first failure is the one to report; a rollback that fails as well closes the connection.
            try? await open.close(commits: false)
            throw error
        }
    }
}
