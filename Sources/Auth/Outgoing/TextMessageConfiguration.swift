public import Core

/// Accounts and codes by phone (contract, sections 6.10 and 10).
public struct TextMessageConfiguration: Sendable {
    /// Environment: `GOTRUE_EXTERNAL_PHONE_ENABLED`.
    public var isEnabled = false
    /// Numbers count as confirmed without a message. Environment: `GOTRUE_SMS_AUTOCONFIRM`.
    public var isAutoconfirmed = false
    /// Digits of the codes, 6 to 10. Environment: `GOTRUE_SMS_OTP_LENGTH`.
    public var codeLength = 6
    /// How long a code can be used. Environment: `GOTRUE_SMS_OTP_EXP`.
    public var codeLifetime: Duration = .seconds(60)
    /// Shortest time between two messages to one number. Environment: `GOTRUE_SMS_MAX_FREQUENCY`.
    public var interval: Duration = .seconds(60)
    /// The text of a message. Environment: `GOTRUE_SMS_TEMPLATE`.
    public var template = TextMessageTemplate()
    /// Numbers, as digits without `+`, whose code is always this one and to which nothing is sent. Environment:
    /// `GOTRUE_SMS_TEST_OTP`.
    public var testCodes: [String: String] = [:]
    /// When ``testCodes`` end; nil for never. Environment: `GOTRUE_SMS_TEST_OTP_VALID_UNTIL`.
    public var testCodesEnd: Timestamp?
    /// The service as `GET /settings` names it: `twilio`, `vonage`, …; empty for none.
    public var providerName = ""
    /// Whether the service can write by WhatsApp.
    public var reachesWhatsApp = false

    public init() {}

    /// The fixed code of a number, while there is one.
    func testCode(of phone: String, at now: Timestamp) -> String? {
        if let testCodesEnd, now >= testCodesEnd { return nil }
        return testCodes[phone]
    }
}
