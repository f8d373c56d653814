internal import Core
internal import Postgres

/// A row of `auth.flow_state`: a sign-in that is under way, from the redirect to a provider or a mail with a link up to
/// the exchange of its code.
struct FlowState: Sendable {
    let id: String
    /// Whose the code is; nil until the provider's answer is in.
    let userID: String?
    /// Nil in the implicit flow, which ends with tokens in a URL.
    let challenge: CodeChallenge?
    let provider: String
    /// What the session's `amr` will say.
    let method: String
    let providerToken: Secret<String>?
    let providerRefreshToken: Secret<String>?
    let createdAt: Timestamp
    /// When the code was handed out, and the flow claimed.
    let issuedAt: Timestamp?
    let inviteToken: String?
    /// Where it leads in the end: judged by the allow-list when the flow began.
    let target: String
    let clientStateID: String?
    let linkingTargetID: String?
    let isEmailOptional: Bool

    /// Reads what ``FlowStatements/columns`` selects.
    init(_ row: Row) throws(DatabaseError) {
        var reader = RowReader(row)
        id = try reader.text()
        userID = reader.optionalText()
        let method = reader.optionalText().flatMap(CodeChallenge.Method.init)
        let challenge = reader.optionalText()
        if let method, let challenge, !challenge.isEmpty {
            self.challenge = CodeChallenge(method: method, challenge: challenge)
        } else {
            self.challenge = nil
        }
        provider = try reader.text()
        self.method = try reader.text()
        providerToken = reader.optionalText().flatMap { $0.isEmpty ? nil : Secret($0) }
        providerRefreshToken = reader.optionalText().flatMap { $0.isEmpty ? nil : Secret($0) }
        createdAt = try reader.time()
        issuedAt = try reader.optionalTime()
        inviteToken = reader.optionalText().flatMap { $0.isEmpty ? nil : $0 }
        target = reader.optionalText() ?? ""
        clientStateID = reader.optionalText()
        linkingTargetID = reader.optionalText()
        isEmailOptional = try reader.bool()
    }
}

/// A flow that begins with the redirect to a provider.
struct NewFlow: Sendable {
    var id: String
    var code: String?
    var challenge: CodeChallenge?
    var provider: String
    var inviteToken: String?
    var target: String
    var clientStateID: String?
    var linkingTargetID: String?
    var isEmailOptional = false
}

/// SQL over `auth.flow_state` and what belongs to it.
enum FlowStatements {
    /// What ``FlowState`` reads, of a row named `f`.
    static let columns = SQL(
        trustedText: """
            f.id, f.user_id, f.code_challenge_method, f.code_challenge, f.provider_type, f.authentication_method, \
            f.provider_access_token, f.provider_refresh_token, \
            \(Columns.microseconds("coalesce(f.created_at, 'epoch'::timestamptz)")), \
            \(Columns.microseconds("f.auth_code_issued_at")), f.invite_token, f.referrer, f.oauth_client_state_id, \
            f.linking_target_id, f.email_optional
            """)

    static func begin(_ flow: NewFlow, now: Timestamp) -> SQL {
        """
        insert into auth.flow_state (
            id, auth_code, code_challenge_method, code_challenge, provider_type, authentication_method, invite_token,
            referrer, oauth_client_state_id, linking_target_id, email_optional, created_at, updated_at)
        values (
            \(flow.id)::uuid, \(flow.code), \(flow.challenge?.method.rawValue)::auth.code_challenge_method,
            \(flow.challenge?.challenge), \(flow.provider), 'oauth', \(flow.inviteToken), \(flow.target),
            \(flow.clientStateID)::uuid, \(flow.linkingTargetID)::uuid, \(flow.isEmailOptional)::boolean,
            \(now)::timestamptz, \(now)::timestamptz)
        """
    }

    /// Takes a state for its one callback. The first statement answers with the flow as it was and locks it, so of many
    /// callbacks with one state a single one sees it unclaimed. Flows of mails, which have a user from the start, are not
    /// touched.
    static func claim(id: String, now: Timestamp) -> [SQL] {
        [
            "select \(columns) from auth.flow_state f where f.id = \(id)::uuid for update",
            """
            update auth.flow_state
            set auth_code_issued_at = \(now)::timestamptz, updated_at = \(now)::timestamptz
            where id = \(id)::uuid and user_id is null and auth_code_issued_at is null and code_challenge is not null
            """,
            """
            delete from auth.flow_state
            where id = \(id)::uuid and user_id is null and code_challenge is null
            """,
        ]
    }

    /// Gives a claimed flow to the user who signed in; answers with the code.
    static func finish(id: String, userID: String, tokens: ProviderTokens, now: Timestamp) -> SQL {
        """
        update auth.flow_state
        set user_id = \(userID)::uuid, provider_access_token = \(tokens.accessToken),
            provider_refresh_token = \(tokens.refreshToken), auth_code_issued_at = \(now)::timestamptz,
            updated_at = \(now)::timestamptz
        where id = \(id)::uuid and user_id is null
        returning auth_code
        """
    }

    /// The flow of a code, locked until its exchange is decided.
    static func lock(code: String) -> SQL {
        "select \(columns) from auth.flow_state f where f.auth_code = \(code) for update"
    }

    static func delete(id: String) -> SQL { "delete from auth.flow_state where id = \(id)::uuid" }

    // MARK: Code verifiers towards providers

    static func keepVerifier(id: String, provider: String, verifier: String, now: Timestamp) -> SQL {
        """
        insert into auth.oauth_client_states (id, provider_type, code_verifier, created_at)
        values (\(id)::uuid, \(provider), \(verifier), \(now)::timestamptz)
        """
    }

    static func takeVerifier(id: String, provider: String) -> SQL {
        """
        delete from auth.oauth_client_states
        where id = \(id)::uuid and provider_type = \(provider)
        returning code_verifier
        """
    }

    // MARK: Clearing up

    /// Removes flows that nothing can come of any more. Codes that were handed out go as soon as they have expired, since
    /// tokens of providers lie beside them; flows of mails stay while their links may still be followed.
    static func purge(issuedBefore: Timestamp, begunBefore: Timestamp) -> SQL {
        """
        delete from auth.flow_state
        where auth_code_issued_at < \(issuedBefore)::timestamptz
            or user_id is null and created_at < \(issuedBefore)::timestamptz
            or created_at < \(begunBefore)::timestamptz
        """
    }

    static func purgeVerifiers(begunBefore: Timestamp) -> SQL {
        "delete from auth.oauth_client_states where created_at < \(begunBefore)::timestamptz"
    }
}

extension AuthConfiguration {
    /// What ``AuthMaintenance`` runs every few minutes. The statements remove sign-ins with providers and by link
    /// that were begun and never finished, and the providers' tokens that lie beside expired codes.
    func flowPurge(now: Timestamp) -> [SQL] {
        let expired = now.advanced(by: .zero - external.flowLifetime - ExternalLimits.flowExpiredKept)
        return [
            FlowStatements.purge(
                issuedBefore: expired, begunBefore: now.advanced(by: .zero - ExternalLimits.flowKeptMax)),
            FlowStatements.purgeVerifiers(begunBefore: expired), PendingLinkStatements.purge(before: expired),
        ]
    }
}
