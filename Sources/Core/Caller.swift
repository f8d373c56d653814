/// Who a request acts as: the database role and the verified claims that row-level security reads.
///
/// A caller is made from a verified token or a gateway key, never from anything else a client sends.
public struct Caller: Sendable, Hashable, CustomStringConvertible {
    /// The PostgreSQL role: `anon`, `authenticated`, `service_role` or another that the token names.
    public let role: String
    /// The `sub` claim: the user's id, if the token belongs to a user.
    public let subject: String?
    /// The whole claims object as JSON text; becomes the setting `request.jwt.claims`.
    public let claimsText: String

    public init(role: String, subject: String?, claimsText: String) {
        self.role = role
        self.subject = subject
        self.claimsText = claimsText
    }

    /// The caller behind a bare gateway key.
    public static func key(role: String) -> Caller {
        Caller(role: role, subject: nil, claimsText: JSON.object(["role": .string(role)]).text)
    }
    public static let anonymous = Caller.key(role: "anon")
    public static let service = Caller.key(role: "service_role")

    /// A caller for work done in the background for a user who asked for it.
    public static func user(id: String) -> Caller {
        Caller(
            role: "authenticated", subject: id,
            claimsText: JSON.object(["sub": .string(id), "role": "authenticated", "aud": "authenticated"]).text)
    }

    /// Only the role: ids and claims stay out of logs.
    public var description: String { "caller(\(role))" }
}
