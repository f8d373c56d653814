public import Core

/// Sign-in with other providers (contract, sections 6.7 to 6.9 and 10).
public struct ExternalConfiguration: Sendable {
    /// The providers that were configured, by the name that requests use.
    public var providers: [String: ExternalProviderConfiguration] = [:]
    /// How long a state and an authorization code are good for. Environment:
    /// `GOTRUE_EXTERNAL_FLOW_STATE_EXPIRY_DURATION`, never under 300 seconds.
    public var flowLifetime: Duration = .seconds(300)
    /// Where every callback leads, whatever the request asked for. Environment: `GOTRUE_EXTERNAL_REDIRECTURL`.
    public var redirectURL: String?
    /// A further audience of Apple's tokens: the app's own id. Environment: `GOTRUE_EXTERNAL_IOS_BUNDLE_ID`.
    public var bundleID: String?
    /// Issuers that the `id_token` grant takes by their URL, with a client id of the request's choice. Whoever can get a
    /// token of such an issuer, for whatever app, can sign in with it, so there are none unless configured.
    /// Environment: `GOTRUE_EXTERNAL_ALLOWED_ID_TOKEN_ISSUERS`.
    public var allowedIssuers: [String] = []
    /// Users may link and unlink identities themselves. Environment: `GOTRUE_SECURITY_MANUAL_LINKING_ENABLED`.
    public var isManualLinkingEnabled = false
    /// Whether a browser that comes back from a provider must be the one that was sent there. Environment:
    /// `EXTERNAL_STATE_COOKIE`.
    public var stateCookie = StateCookie.automatic

    /// When the cookie that binds a flow to its browser is asked for. Only flows that end with tokens in a URL need it,
    /// against sign-in with somebody else's account (RFC 6749, section 10.12): all others need the app's code verifier.
    public enum StateCookie: String, Sendable {
        /// Under `https` where the callback is on the service's own host, of browsers that say that they navigate.
        case automatic = "auto"
        /// Of all browsers that say that they navigate.
        case always
        case never
    }

    public init() {}

    /// Names a provider by OpenID Connect discovery may have, besides those that are known: `custom:` and a name in
    /// lower case, or the name alone.
    public static func isValidName(_ name: String) -> Bool {
        let bare = name.hasPrefix("custom:") ? name.dropFirst("custom:".count) : name[...]
        let reserved = ["email", "phone", "web3", "anonymous_users", "saml"]
        return (1...64).contains(bare.utf8.count) && !reserved.contains(name)
            && bare.utf8.allSatisfy { byte in
                isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || "-_".utf8.contains(byte)
            }
    }
}

/// One provider as the operator set it up. What is nil is the provider's own.
public struct ExternalProviderConfiguration: Sendable {
    public var isEnabled = false
    /// The first is used towards the provider; all are accepted as audience of its tokens.
    public var clientIDs: [String] = []
    /// For Apple the signed token that stands for one.
    public var secret: Secret<String>?
    /// Where the provider sends the browser back; nil is the service's own `/callback`.
    public var redirectURI: String?
    /// The base of the provider's endpoints, or its issuer where it has discovery: another GitLab, a tenant of Azure, the
    /// realm of a Keycloak, a stand-in for Google.
    public var url: String?
    /// The claim `iss` of its tokens where that is not `url`.
    public var issuer: String?
    public var authorizationURL: String?
    public var tokenURL: String?
    public var userInfoURL: String?
    public var keysURL: String?
    /// Scopes asked for in place of the provider's usual ones.
    public var scopes: [String]?
    /// Accounts without an address may sign in.
    public var isEmailOptional = false
    /// Nonces of the `id_token` grant are not compared.
    public var isNonceSkipped = false
    /// The exchange with the provider is secured with a code verifier of ours (RFC 7636).
    public var usesPKCE = false

    public init() {}
}
