internal import NIOCore
internal import Postgres

/// The rest of an answer that is sent while it is read. Dropped before its end, it ends the transaction with it.
final class AnswerStream: Sendable {
    private let transaction: OpenTransaction
    private let commits: Bool
    private let slot: AnswerSizes.Slot?

    init(_ transaction: OpenTransaction, commits: Bool, slot: AnswerSizes.Slot?) {
        self.transaction = transaction
        self.commits = commits
        self.slot = slot
    }

    /// The next bytes, of at most `remaining`; with the last ones the transaction ends.
    func next(remaining: Int) async throws(DatabaseError) -> ByteBuffer {
        let results = try await transaction.run([PagedStatement.fetch])
        guard let set = results.first, !set.isEmpty else { throw .unexpectedResult("the cursor ended early") }
        let bytes = StatementResult.pieces(set)
        guard bytes.readableBytes <= remaining else { throw .unexpectedResult("the cursor gave too much") }
        if bytes.readableBytes == remaining { try await close() }
        return bytes
    }

    func close() async throws(DatabaseError) { try await transaction.close(commits: commits) }
}
