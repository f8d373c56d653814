internal import Core
internal import NIOCore
internal import Postgres

extension Exchange {
    /// Runs a read whose answer may be large. What does not fit the first fetch is left in the result's stream, unless
    /// too many clients hold connections that way: then all of it is read now.
    func page(
        _ execution: Execution, _ statement: MainStatement, _ estimates: [SQL]
    ) async throws(RestError) -> (StatementResult, estimate: ResultSet?) {
        do throws(DatabaseError) {
            let paged = PagedStatement(statement)
            let (results, transaction) = try await execution.open(
                [paged.declaration, PagedStatement.fetch] + estimates)
            guard results.count == 2 + estimates.count else {
                throw .unexpectedResult("no result for a statement")
            }
            var result = try StatementResult(paged: results[1])
            let length = result.length ?? 0
            sizes.note(statement.sql.text, bytes: length)
            let slot = length > result.body.readableBytes ? sizes.takeSlot() : nil
            let stream = AnswerStream(transaction, commits: !execution.rollsBack, slot: slot)
            if slot != nil {
                result.rest = stream
            } else {
                while result.body.readableBytes < length {
                    var bytes = try await stream.next(remaining: length - result.body.readableBytes)
                    result.body.writeBuffer(&bytes)
                }
                try await stream.close()
            }
            return (result, estimates.isEmpty ? nil : results[2])
        } catch {
            throw .database(error, callerIsAnonymous: isAnonymous)
        }
    }
}

extension AnswerFormat {
    /// Whether the answer can be fetched in pieces: text of any number of rows. A single object is small, or an error
    /// before its first byte.
    var isPageable: Bool {
        guard plan == nil else { return false }
        switch aggregation {
        case .json, .csv, .geoJSON: return true
        case .none, .single, .custom: return false
        }
    }
}
