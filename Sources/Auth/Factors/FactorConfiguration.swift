/// Second factors and passkeys (contract, sections 6.13, 6.14 and 10).
public struct FactorConfiguration: Sendable {
    public init() {}
}
