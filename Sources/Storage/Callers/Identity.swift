internal import Core
internal import FoundationEssentials

/// Who a request acts as, and the token that says so.
struct Identity: Sendable {
    let caller: Caller
    /// The bearer token as sent; nil for a bare key. Policies may read it as `request.jwt`.
    let token: String?

    /// Becomes `owner_id` of what the caller creates.
    var ownerID: String? { caller.subject }
    /// Becomes the deprecated `owner`: only a UUID fits.
    var owner: String? { Identity.uuid(caller.subject) }

    var isServiceRole: Bool { caller.role == "service_role" }

    static func uuid(_ text: String?) -> String? { text.flatMap { UUID(uuidString: $0) == nil ? nil : $0 } }
}
