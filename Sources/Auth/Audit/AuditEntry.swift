internal import Core
internal import Gateway
internal import Postgres

/// A line of `auth.audit_log_entries` (contract, section 7).
struct AuditEntry: Sendable {
    enum Action: String, Sendable {
        case login, logout
        case inviteAccepted = "invite_accepted"
        case userSignedUp = "user_signedup"
        case userInvited = "user_invited"
        case userDeleted = "user_deleted"
        case userModified = "user_modified"
        case recoveryRequested = "user_recovery_requested"
        case reauthenticationRequested = "user_reauthenticate_requested"
        case confirmationRequested = "user_confirmation_requested"
        case repeatedSignUp = "user_repeated_signup"
        case passwordUpdated = "user_updated_password"
        case tokenRevoked = "token_revoked"
        case tokenRefreshed = "token_refreshed"
        case factorInProgress = "factor_in_progress"
        case factorUnenrolled = "factor_unenrolled"
        case challengeCreated = "challenge_created"
        case verificationAttempted = "verification_attempted"
        case factorDeleted = "factor_deleted"
        case factorUpdated = "factor_updated"
        case identityLinked = "identity_linked"
        case identityUnlinked = "identity_unlinked"
        case passkeyCreated = "passkey_created"
        case passkeyUpdated = "passkey_updated"
        case passkeyDeleted = "passkey_deleted"

        var logType: String {
            switch self {
            case .login, .logout, .inviteAccepted: "account"
            case .userSignedUp, .userInvited, .userDeleted: "team"
            case .tokenRevoked, .tokenRefreshed: "token"
            case .factorInProgress, .factorUnenrolled, .challengeCreated, .verificationAttempted, .factorDeleted,
                .factorUpdated:
                "factor"
            default: "user"
            }
        }
    }

    /// Who did it; an admin without an account is `service_role`.
    struct Actor: Sendable {
        var id: String
        var name: String
        var isSSO = false

        init(_ user: User) {
            id = user.id
            name = user.email.isEmpty ? user.phone : user.email
            isSSO = user.isSSO
        }

        init(_ user: NewUser) {
            id = user.id
            name = user.email.isEmpty ? user.phone : user.email
        }

        init(_ admin: AdminBearer) {
            id = UUIDText.zero
            name = "service_role"
        }
    }

    /// The traits that name the account an admin changed.
    static func subject(id: String, email: String, phone: String) -> JSONObject {
        ["user_id": .string(id), "user_email": .string(email), "user_phone": .string(phone)]
    }

    let action: Action
    let actor: Actor
    var traits: JSONObject = [:]

    /// What the row tells.
    var payload: JSON {
        var payload: JSONObject = [
            "action": .string(action.rawValue), "actor_id": .string(actor.id), "actor_username": .string(actor.name),
            "actor_via_sso": .bool(actor.isSSO), "log_type": .string(action.logType),
        ]
        if !traits.isEmpty { payload["traits"] = .object(traits) }
        return .object(payload)
    }

    /// The row, to be stored in the transaction of what it tells about. Nothing secret goes into `traits`.
    ///
    /// - Parameter session: stores the row only if the transaction has made this session.
    func statement(_ request: GatewayRequest, ifMade session: String? = nil, now: Timestamp) -> SQL {
        """
        insert into auth.audit_log_entries (instance_id, id, payload, created_at, ip_address)
        select \(UUIDText.zero)::uuid, gen_random_uuid(), \(payload)::json, \(now)::timestamptz,
            \(request.keptAddress ?? "")::text
        where \(session)::uuid is null or exists (select from auth.sessions where id = \(session)::uuid)
        """
    }
}

extension Endpoints {
    /// The statements that record what was done; none when the operator keeps no such rows.
    func audit(
        _ action: AuditEntry.Action, by actor: AuditEntry.Actor, traits: JSONObject = [:], _ request: GatewayRequest,
        now: Timestamp
    ) -> [SQL] {
        guard configuration.isAuditStored else { return [] }
        return [AuditEntry(action: action, actor: actor, traits: traits).statement(request, now: now)]
    }

    /// ``audit(_:by:traits:_:now:)`` for a sign-in, stored only if there is a session in the end.
    func audit(
        _ action: AuditEntry.Action, by actor: AuditEntry.Actor, traits: JSONObject = [:], of opening: SessionOpening,
        _ request: GatewayRequest, now: Timestamp
    ) -> [SQL] {
        guard configuration.isAuditStored else { return [] }
        return [
            AuditEntry(action: action, actor: actor, traits: traits).statement(
                request, ifMade: opening.session.id, now: now)
        ]
    }
}
