internal import Core
internal import Cryptography
internal import Postgres

/// Somebody asking for a code or link. Two requests for the same are kept apart by a shortest time, for addresses without
/// an account as for those with one.
struct CodeRequest: Sendable {
    enum Means: String, Sendable { case mail, phone }
    /// What is asked for. Requests for one thing keep back none for another: some send nothing, and whoever repeated
    /// those would keep somebody else from ever getting in.
    enum Purpose: String, Sendable {
        /// To confirm a new account.
        case confirmation
        /// To get into an account, whether or not there is one yet.
        case access
        /// To change an address or number.
        case change
    }

    let means: Means
    let key: [UInt8]

    /// For an address as somebody names it who need not own it.
    init(_ means: Means, address: String, audience: String, for purpose: Purpose) {
        self.means = means
        key = Digest.hash(.sha256, of: "\(means.rawValue)|\(purpose.rawValue)|\(audience)|\(address)")
    }

    /// For a user who has signed in.
    init(_ means: Means, userID: String, for purpose: OneTimeToken.Kind) {
        self.means = means
        key = Digest.hash(.sha256, of: "\(means.rawValue)|\(purpose.rawValue)|\(userID)")
    }
}

/// SQL over `medmitra.code_requests`.
enum CodeRequestStatements {
    /// When it was asked for last, and whether it may be again, which is noted: two statements. The second answers with
    /// a row if it may; it waits for whoever is asking for the same right now.
    static func take(_ request: CodeRequest, interval: Duration, now: Timestamp) -> [SQL] {
        [
            """
            select \(SQL(trustedText: Columns.microseconds("requested_at")))
            from medmitra.code_requests
            where key = \(request.key)
            """,
            """
            insert into medmitra.code_requests as r (key, requested_at)
            values (\(request.key), \(now)::timestamptz)
            on conflict (key) do update set requested_at = excluded.requested_at
            where r.requested_at <= \(now.advanced(by: .zero - interval))::timestamptz
            returning r.key
            """,
        ]
    }

    /// Removes two old rows for each that is added, so that there is never more than a day's worth.
    static func sweep(now: Timestamp) -> SQL {
        """
        delete from medmitra.code_requests
        where key in (
            select key
            from medmitra.code_requests
            where requested_at < \(now.advanced(by: .seconds(-86_400)))::timestamptz
            limit 2
            for update skip locked)
        """
    }

    static func giveBack(_ request: CodeRequest) -> SQL {
        "delete from medmitra.code_requests where key = \(request.key)"
    }
}

extension Endpoints {
    private func interval(_ means: CodeRequest.Means) -> Duration {
        switch means {
        case .mail: configuration.mailInterval
        case .phone: configuration.phone.interval
        }
    }

    /// Throws 429 within the shortest time between two requests for the same. What follows in the transaction happens
    /// once, however many ask at the same time.
    func take(_ request: CodeRequest, in transaction: Transaction, now: Timestamp) async throws {
        let interval = interval(request.means)
        let results = try await transaction.run(
            CodeRequestStatements.take(request, interval: interval, now: now) + [CodeRequestStatements.sweep(now: now)])
        guard results.count < 2 || results[1].isEmpty else { return }
        // Without a row in the first answer somebody asked between the two: just now.
        let last = try results.first?.first.map { Timestamp(microseconds: Int64(try $0.int(0))) } ?? now
        // Rounded up: after that many seconds it is allowed.
        let wait = last.advanced(by: interval).microseconds - now.microseconds
        let seconds = max(1, Int((wait + 999_999) / 1_000_000))
        switch request.means {
        case .mail: throw AuthError.mailTooSoon(seconds: seconds)
        case .phone: throw AuthError.refused(.textMessageTooSoon(seconds: seconds))
        }
    }
}
