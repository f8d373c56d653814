/// Rate limits, attempts and time (contract, section 7).
public struct ThrottlingConfiguration: Sendable {
    /// Nil asks for no captcha. Environment: `GOTRUE_SECURITY_CAPTCHA_ENABLED`.
    public var captcha: CaptchaConfiguration?
    /// What each family may do. Those of one client address are by default ``nearFactor`` times GoTrue's numbers, because
    /// a hospital is one address: GoTrue, which limits nobody unless a header is named, would otherwise let everybody
    /// guess. Environment: `GOTRUE_RATE_LIMIT_*`, which hold as they are given.
    public var allowances: [RateFamily: RateAllowance] = ThrottlingConfiguration.upstream.mapValues { allowance in
        RateAllowance(
            allowance.count * nearFactor, per: allowance.per, burst: allowance.burst * nearFactor)
    }.merging(ThrottlingConfiguration.outgoing) { _, outgoing in outgoing }
    /// Limits requests of one client address at all.
    public var limitsAddresses = true
    /// The header in which a trusted proxy names the client; nil takes the gateway's own judgement of the address. From
    /// anybody else the header is not believed. Environment: `GOTRUE_RATE_LIMIT_HEADER`.
    public var header: String?
    /// Longest a request may take. Environment: `API_MAX_REQUEST_DURATION`.
    public var requestDurationMax: Duration = .seconds(10)
    /// Wrong passwords and codes in a row make the next ones wait.
    public var delaysAttempts = true

    public init() {}

    /// By how much an address may be more than one person.
    public static let nearFactor = 10

    /// GoTrue's numbers for one client address: environment name, count and period are its own, the burst is 30.
    public static let upstream: [RateFamily: RateAllowance] = {
        func five(_ count: Int, burst: Int = 30) -> RateAllowance {
            RateAllowance(count, per: .seconds(300), burst: burst)
        }
        return [
            .token: five(150), .verify: five(30), .signUp: five(30), .otp: five(30), .magicLink: five(30),
            .recover: five(30), .resend: five(30), .updateUser: five(30), .sso: five(30),
            .assertion: five(15), .web3: five(30), .passkey: five(30), .clientRegistration: five(10),
            .factor: RateAllowance(15, per: .seconds(60), burst: 30),
            .anonymousSignUp: RateAllowance(30, per: .seconds(3600), burst: 30),
        ]
    }()

    /// GoTrue's numbers for all mails and all text messages.
    public static let outgoing: [RateFamily: RateAllowance] = [
        .mail: RateAllowance(30, per: .seconds(3600), burst: 30),
        .textMessage: RateAllowance(30, per: .seconds(3600), burst: 30),
    ]
}
