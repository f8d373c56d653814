/// Rate limits and captcha (contract, section 7).
public struct ThrottlingConfiguration: Sendable {
    /// Nil asks for no captcha. Environment: `GOTRUE_SECURITY_CAPTCHA_ENABLED`.
    public var captcha: CaptchaConfiguration?

    public init() {}
}
