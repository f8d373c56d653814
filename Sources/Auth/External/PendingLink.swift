internal import Core
internal import Gateway
internal import Postgres

/// Linking by hand where the app waits for a code (contract, section 6.7). The browser that comes back from a provider
/// need not be the one that the app sent there: somebody may have had it follow a URL of theirs. So nothing is linked
/// before the code is exchanged, with the verifier that only the app has.
extension Endpoints {
    /// Keeps what the provider said and hands out the code. What already speaks against the link is thrown now, while
    /// there is a page to show it.
    func postponeLink(
        _ flow: FlowState, _ signIn: ExternalSignIn, to userID: String, _ tokens: ProviderTokens
    ) async throws -> String {
        try await linking { transaction in
            _ = try await signIn.linkingTarget(userID, transaction)
            let results = try await transaction.run([
                PendingLinkStatements.keep(flowID: flow.id, signIn.profile, now: signIn.now),
                FlowStatements.finish(id: flow.id, userID: userID, tokens: tokens, now: signIn.now),
            ])
            // Gone only if the purge was quicker than the provider.
            guard let code = results.last?.first?.optionalText(0) else { throw AuthError.stateNotFound }
            return code
        }
    }

    /// Links what was kept, in the transaction of the exchange. Nil for flows that link nothing.
    func settlePostponedLink(
        _ flow: FlowState, _ request: GatewayRequest, in transaction: Transaction, now: Timestamp
    ) async throws -> SettledLink? {
        guard let target = flow.linkingTargetID else { return nil }
        let row = try await transaction.run(PendingLinkStatements.take(flowID: flow.id)).first
        guard let row, let profile = ExternalProfile(kept: try row.json(0)) else { throw AuthError.flowNotFound }
        let signIn = ExternalSignIn(
            endpoints: self, request: request, provider: flow.provider, profile: profile,
            purpose: .link(userID: target), isEmailOptional: flow.isEmailOptional, target: flow.target, now: now)
        return SettledLink(signIn: signIn, outcome: try await signIn.settle(in: transaction))
    }
}

/// A link that an exchange made, and how that ended.
struct SettledLink: Sendable {
    let signIn: ExternalSignIn
    let outcome: ExternalSignIn.Outcome
}

/// SQL over `medmitra.pending_links`.
enum PendingLinkStatements {
    static func keep(flowID: String, _ profile: ExternalProfile, now: Timestamp) -> SQL {
        """
        insert into medmitra.pending_links (flow_id, profile, created_at)
        values (\(flowID)::uuid, \(profile.kept)::jsonb, \(now)::timestamptz)
        """
    }

    static func take(flowID: String) -> SQL {
        "delete from medmitra.pending_links where flow_id = \(flowID)::uuid returning profile"
    }

    static func purge(before: Timestamp) -> SQL {
        "delete from medmitra.pending_links where created_at < \(before)::timestamptz"
    }
}
