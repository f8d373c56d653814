/// Rate limits and captcha (contract, section 7).
public struct ThrottlingConfiguration: Sendable {
    public init() {}
}
