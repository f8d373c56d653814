internal import Auth
internal import Core

extension Setting {
    /// Accounts and codes by phone.
    static let authPhone: [Setting] = [
        Setting(
            "Auth", "ENABLE_PHONE_SIGNUP", aliases: ["GOTRUE_EXTERNAL_PHONE_ENABLED"], .flag, default: "false",
            "Accounts by phone and password or code."),
        Setting(
            "Auth", "ENABLE_PHONE_AUTOCONFIRM", aliases: ["GOTRUE_SMS_AUTOCONFIRM"], .flag, default: "false",
            "Numbers count as confirmed at sign-up."),
        Setting(
            "Auth", "SMS_OTP_EXP", aliases: ["GOTRUE_SMS_OTP_EXP"], .duration, default: "60",
            "How long codes in text messages can be used."),
        Setting(
            "Auth", "SMS_OTP_LENGTH", aliases: ["GOTRUE_SMS_OTP_LENGTH"], .integer(6...10), default: "6",
            "Digits of the codes in text messages."),
        Setting(
            "Auth", "SMS_MAX_FREQUENCY", aliases: ["GOTRUE_SMS_MAX_FREQUENCY"], .duration, default: "60",
            "Shortest time between two text messages to one number, whether it has an account or not."),
        Setting(
            "Auth", "SMS_TEMPLATE", aliases: ["GOTRUE_SMS_TEMPLATE"], .text, default: "Your code is {{ .Code }}",
            "The text of the messages; {{ .Code }} is the code."),
        Setting(
            "Auth", "SMS_TEST_OTP", aliases: ["GOTRUE_SMS_TEST_OTP"], .list, default: "none",
            "Numbers with a fixed code, to which nothing is sent: number:code, number=code."),
        Setting(
            "Auth", "SMS_TEST_OTP_VALID_UNTIL", aliases: ["GOTRUE_SMS_TEST_OTP_VALID_UNTIL"], .text,
            "When the fixed codes end, as 2026-12-31T23:59:59Z; never when not set."),
    ]
}

extension ServerConfiguration {
    mutating func readAuthPhone(_ reader: inout SettingsReader) {
        auth.phone.isEnabled = reader.flag("ENABLE_PHONE_SIGNUP") ?? auth.phone.isEnabled
        auth.phone.isAutoconfirmed = reader.flag("ENABLE_PHONE_AUTOCONFIRM") ?? auth.phone.isAutoconfirmed
        auth.phone.codeLifetime = reader.duration("SMS_OTP_EXP") ?? auth.phone.codeLifetime
        auth.phone.codeLength = reader.integer("SMS_OTP_LENGTH") ?? auth.phone.codeLength
        auth.phone.interval = reader.duration("SMS_MAX_FREQUENCY") ?? auth.phone.interval
        if let text = reader.text("SMS_TEMPLATE") {
            if let template = TextMessageTemplate(text) {
                auth.phone.template = template
            } else {
                reader.complain("SMS_TEMPLATE", "must contain {{ .Code }} and nothing else in braces")
            }
        }
        for pair in reader.list("SMS_TEST_OTP") ?? [] where pair != "none" {
            let parts = pair.split(whereSeparator: { $0 == ":" || $0 == "=" }).map(String.init)
            let number = parts.first.map { $0.hasPrefix("+") ? String($0.dropFirst()) : $0 } ?? ""
            guard parts.count == 2, (2...15).contains(number.count), (number + parts[1]).allSatisfy(\.isASCIIDigit)
            else {
                // The value is a code, so it is not repeated.
                reader.complain("SMS_TEST_OTP", "holds an entry that is not number:code in digits")
                continue
            }
            auth.phone.testCodes[number] = parts[1]
        }
        if let text = reader.text("SMS_TEST_OTP_VALID_UNTIL") {
            if let time = Timestamp(rfc3339: text) {
                auth.phone.testCodesEnd = time
            } else {
                reader.complain("SMS_TEST_OTP_VALID_UNTIL", "must be a time such as 2026-12-31T23:59:59Z")
            }
        }
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
