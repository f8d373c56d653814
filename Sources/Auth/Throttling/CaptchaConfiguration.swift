public import Core

/// Proof of being human (contract, section 7).
public struct CaptchaConfiguration: Sendable {
    /// Who checks the tokens. Environment: `GOTRUE_SECURITY_CAPTCHA_PROVIDER`.
    public enum Provider: String, Sendable, CaseIterable {
        case hcaptcha, turnstile

        /// Where a token is verified, as the provider documents it.
        public var url: String {
            switch self {
            case .hcaptcha: "https://hcaptcha.com/siteverify"
            case .turnstile: "https://challenges.cloudflare.com/turnstile/v0/siteverify"
            }
        }
    }

    public var provider: Provider
    /// The site's secret key. Environment: `GOTRUE_SECURITY_CAPTCHA_SECRET`.
    public var secret: Secret<String>
    /// Another place that verifies in the same way, such as a proxy. Environment: `SECURITY_CAPTCHA_URL`.
    public var url: String
    /// Longest wait for the provider. Environment: `GOTRUE_SECURITY_CAPTCHA_TIMEOUT`.
    public var timeMax: Duration = .seconds(10)

    public init(provider: Provider, secret: Secret<String>) {
        self.provider = provider
        self.secret = secret
        url = provider.url
    }
}
