internal import Core
internal import NIOCore
internal import Postgres

extension Exchange {
    /// Runs a read: whole where its answer is thought to be small, else, and if it was not, through a cursor.
    func page(
        _ execution: Execution, _ statement: MainStatement, _ estimates: [SQL]
    ) async throws(RestError) -> (StatementResult, estimate: ResultSet?) {
        do throws(DatabaseError) {
            let paged = PagedStatement(statement)
            let key = AnswerSizes.Key(statement.sql.text)
            if !sizes.isLarge(key) {
                let results = try await execution.run(statement.preparations + [paged.whole] + estimates)
                let answers = results.dropFirst(statement.preparations.count)
                guard let first = answers.first else { throw .unexpectedResult("no result for a statement") }
                let result = try StatementResult(first, .read)
                if !result.isWithheld {
                    sizes.note(key, bytes: result.body.readableBytes)
                    return (result, estimates.isEmpty ? nil : answers.last)
                }
            }
            return try await stream(execution, statement.preparations, paged, estimates, key)
        } catch {
            throw .database(error, callerIsAnonymous: isAnonymous)
        }
    }

    /// What does not fit the first fetch is left in the result's stream, unless too many clients hold connections that
    /// way: then all of it is read now.
    private func stream(
        _ execution: Execution, _ preparations: [SQL], _ paged: PagedStatement, _ estimates: [SQL],
        _ key: AnswerSizes.Key
    ) async throws(DatabaseError) -> (StatementResult, estimate: ResultSet?) {
        let opening = preparations + [paged.declaration, PagedStatement.fetch]
        let (results, transaction) = try await execution.open(opening + estimates)
        guard results.count == opening.count + estimates.count else {
            throw .unexpectedResult("no result for a statement")
        }
        var result = try StatementResult(paged: results[opening.count - 1])
        let length = result.length ?? 0
        sizes.note(key, bytes: length)
        let slot = length > result.body.readableBytes ? sizes.takeSlot() : nil
        let stream = AnswerStream(transaction, commits: !execution.rollsBack, slot: slot)
        if slot != nil {
            result.rest = stream
        } else {
            if length > result.body.readableBytes {
                guard let share = sizes.takeShare(of: length) else {
                    // As when no connection becomes free: that is what it waits for.
                    try? await stream.close()
                    throw .poolExhausted(waited: .zero)
                }
                result.share = share
            }
            while result.body.readableBytes < length {
                var bytes = try await stream.next(remaining: length - result.body.readableBytes)
                result.body.writeBuffer(&bytes)
            }
            try await stream.close()
        }
        return (result, estimates.isEmpty ? nil : results.last)
    }
}

extension CallPlan {
    /// Whether the answer can be fetched in pieces: of a set, by a function that may be called twice.
    func isPageable(_ preferences: Preferences) -> Bool {
        invocation != .head && routine.returnsSet && isReadOnly && routine.volatility != .volatile
            && rowGuard(preferences) == nil && format.isPageable
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
