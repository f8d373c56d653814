import Auth
import Core
import HTTPTypes
import Postgres
import Testing

/// What people do with mails, in the tests' words.
extension AuthHarness {
    func lastMail() throws -> Mail { try #require(mailer.sent.last) }

    func verify(_ type: String, _ email: String, _ code: String) async throws -> Answer {
        try await send(.post, "/verify", ["type": .string(type), "email": .string(email), "token": .string(code)])
    }

    func verify(_ type: String, link token: String) async throws -> Answer {
        try await send(.post, "/verify", ["type": .string(type), "token_hash": .string(token)])
    }

    /// Redeems a mail by its code.
    func verify(_ type: String, _ mail: Mail) async throws -> Answer {
        try await verify(type, mail.recipient, mail.code.reveal())
    }

    /// Follows a link as a browser does.
    func follow(_ type: String, _ token: String, redirectTo: String? = nil, headers: [String: String] = [:])
        async throws
        -> Answer
    {
        var path = "/verify?token=\(token)&type=\(type)"
        if let redirectTo { path += "&redirect_to=\(redirectTo)" }
        return try await send(.get, path, key: .some(nil), headers: headers)
    }

    /// Signs up with a mail to confirm and confirms it.
    func confirmedUser(_ email: String = AuthHarness.email) async throws -> SignedIn {
        let answer = try await send(
            .post, "/signup", ["email": .string(email), "password": .string(Self.password)])
        #expect(answer.status == 200)
        let signedIn = try SignedIn(await verify("signup", try lastMail()))
        clock.advance(by: .seconds(61))
        return signedIn
    }

    /// The numbers of sessions, users and outstanding tokens.
    func counts() async throws -> String? {
        try await value(
            """
            select (select count(*) from auth.sessions) || ' ' || (select count(*) from auth.users) || ' '
                || (select count(*) from auth.one_time_tokens)
            """)
    }

    func auditActions() async throws -> String? {
        try await value(
            "select string_agg(payload ->> 'action', ' ' order by created_at, payload ->> 'action') from auth.audit_log_entries"
        )
    }
}

extension Answer {
    var location: String { header("Location") ?? "" }

    /// The pairs of the location's fragment.
    var fragment: [String: String] { pairs(location.split(separator: "#", maxSplits: 1).dropFirst().first ?? "") }

    /// The pairs of the location's query.
    var query: [String: String] {
        let whole = location.prefix { $0 != "#" }
        return pairs(whole.split(separator: "?", maxSplits: 1).dropFirst().first ?? "")
    }

    private func pairs(_ text: Substring) -> [String: String] {
        var pairs: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            pairs[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
        return pairs
    }
}

enum Challenge {
    static let text = String(repeating: "c", count: 43)
    static let members: JSONObject = ["code_challenge": .string(text), "code_challenge_method": "plain"]

    static func with(_ body: JSONObject) -> JSON {
        var all = body
        for (key, value) in members.members { all[key] = value }
        return .object(all)
    }
}

/// How many of `count` things done at the same time end with each status.
func statuses(
    _ count: Int, _ body: @escaping @Sendable () async throws -> Int
) async throws -> [Int: Int] {
    try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<count { group.addTask { try await body() } }
        return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }
}
