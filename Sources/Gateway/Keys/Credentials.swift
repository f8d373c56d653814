public import Tokens

/// What a request brought to say who it is, after the gateway judged its key (gateway contract, section 2).
public struct Credentials: Sendable, Hashable {
    /// What the service is told about the bearer of the request.
    public enum Bearer: Sendable, Hashable {
        case none
        /// A token for the service to verify.
        case token(String)
        /// An opaque key stood in for a token: act as this role.
        case role(KeyGroup)
        /// An `Authorization` header that is not a bearer: its whole value.
        case other(String)
    }

    /// The group of the presented key; nil where none was needed and none valid was sent.
    public let key: KeyGroup?
    public let bearer: Bearer
    /// Whether an `Authorization` header was there at all, be it empty.
    public let hasAuthorizationHeader: Bool

    public init(key: KeyGroup?, bearer: Bearer, hasAuthorizationHeader: Bool) {
        self.key = key
        self.bearer = bearer
        self.hasAuthorizationHeader = hasAuthorizationHeader
    }
}

/// Recognises API keys. Implementations compare in constant time.
public protocol KeyRecognizer: Sendable {
    func recognize(_ presented: String) -> PresentedKey?
    /// Changes with the keys: what was recognised before may no longer be.
    var generation: UInt64 { get }
}

extension KeyRecognizer {
    public var generation: UInt64 { 0 }
}

/// Which keys a mount or one of its paths asks for.
public enum KeyRequirement: Sendable, Hashable {
    case none
    case anyKey
    case serviceKey
}
