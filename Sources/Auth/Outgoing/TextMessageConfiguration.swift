/// Accounts and codes by phone (contract, sections 6.10 and 10).
public struct TextMessageConfiguration: Sendable {
    public init() {}
}
