/// Sign-in with other providers (contract, sections 6.7 to 6.9 and 10).
public struct ExternalConfiguration: Sendable {
    public init() {}
}
