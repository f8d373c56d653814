/// The OAuth 2.1 server (contract, sections 6.14 and 10).
public struct OAuthServerConfiguration: Sendable {
    public init() {}
}
