internal import Auth
internal import Core

extension Setting {
    /// Captcha.
    static let authThrottling: [Setting] = [
        Setting(
            "Captcha", "SECURITY_CAPTCHA_ENABLED", aliases: ["GOTRUE_SECURITY_CAPTCHA_ENABLED"], .flag,
            default: "false",
            "Ask for a captcha where people sign up, sign in or have mails sent."),
        Setting(
            "Captcha", "SECURITY_CAPTCHA_PROVIDER", aliases: ["GOTRUE_SECURITY_CAPTCHA_PROVIDER"],
            .oneOf(CaptchaConfiguration.Provider.allCases.map(\.rawValue)), default: "hcaptcha", "Who checks it."),
        Setting(
            "Captcha", "SECURITY_CAPTCHA_SECRET", aliases: ["GOTRUE_SECURITY_CAPTCHA_SECRET"], .secret,
            "The site's secret key; needed when it is on."),
        Setting(
            "Captcha", "SECURITY_CAPTCHA_TIMEOUT", aliases: ["GOTRUE_SECURITY_CAPTCHA_TIMEOUT"], .duration,
            default: "10s",
            "Longest wait for the provider."),
        Setting("Captcha", "SECURITY_CAPTCHA_URL", .url, "Another place that verifies like the provider."),
    ]
}

extension ServerConfiguration {
    mutating func readAuthThrottling(_ reader: inout SettingsReader) {
        guard reader.flag("SECURITY_CAPTCHA_ENABLED") ?? false else { return }
        guard let secret = reader.secret("SECURITY_CAPTCHA_SECRET") else {
            return reader.complain("SECURITY_CAPTCHA_SECRET", "is needed with SECURITY_CAPTCHA_ENABLED")
        }
        let provider = reader.text("SECURITY_CAPTCHA_PROVIDER").flatMap(CaptchaConfiguration.Provider.init)
        var captcha = CaptchaConfiguration(provider: provider ?? .hcaptcha, secret: secret)
        captcha.timeMax = reader.duration("SECURITY_CAPTCHA_TIMEOUT") ?? captcha.timeMax
        captcha.url = reader.url("SECURITY_CAPTCHA_URL") ?? captcha.url
        auth.throttling.captcha = captcha
    }
}
