/// Hooks (contract, section 7).
public struct HookConfiguration: Sendable {
    public init() {}
}
