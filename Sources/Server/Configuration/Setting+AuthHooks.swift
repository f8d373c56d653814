internal import Auth
internal import Core

extension Setting {
    static let hookNames: [(name: String, hook: HookConfiguration.Name, summary: String)] = [
        ("CUSTOM_ACCESS_TOKEN", .customAccessToken, "Changes what access tokens say."),
        ("SEND_EMAIL", .sendEmail, "Sends mails in place of SMTP."),
        ("SEND_SMS", .sendSMS, "Sends text messages in place of a provider."),
        ("BEFORE_USER_CREATED", .beforeUserCreated, "May refuse a new account."),
        ("AFTER_USER_CREATED", .afterUserCreated, "Is told of a new account."),
        ("MFA_VERIFICATION_ATTEMPT", .mfaVerificationAttempt, "Is told of checked second factors, and may refuse."),
        (
            "PASSWORD_VERIFICATION_ATTEMPT", .passwordVerificationAttempt,
            "Is told of checked passwords, and may refuse."
        ),
    ]

    /// Hooks.
    static let authHooks: [Setting] = hookNames.flatMap { name, _, summary in
        [
            Setting(
                "Hooks", "HOOK_\(name)_ENABLED", aliases: ["GOTRUE_HOOK_\(name)_ENABLED"], .flag, default: "false",
                summary),
            Setting(
                "Hooks", "HOOK_\(name)_URI", aliases: ["GOTRUE_HOOK_\(name)_URI"], .text,
                "pg-functions://database/schema/function, https://…, or http:// on this machine."),
            Setting(
                "Hooks", "HOOK_\(name)_SECRETS", aliases: ["GOTRUE_HOOK_\(name)_SECRETS"], .secret,
                "Keys that sign requests: v1,whsec_<base64>, several joined by |."),
        ]
    }
}

extension ServerConfiguration {
    mutating func readAuthHooks(_ reader: inout SettingsReader) {
        for (name, hook, _) in Setting.hookNames {
            let isEnabled = reader.flag("HOOK_\(name)_ENABLED") ?? false
            let uri = reader.text("HOOK_\(name)_URI")
            let secrets = reader.secret("HOOK_\(name)_SECRETS")
            guard isEnabled else { continue }
            guard let uri else {
                reader.complain("HOOK_\(name)_URI", "is needed with HOOK_\(name)_ENABLED")
                continue
            }
            do throws(HookTargetError) {
                auth.hooks.targets[hook] = try HookTarget(uri: uri, secrets: secrets)
            } catch {
                let setting = error == .noSecret || error == .badSecret ? "SECRETS" : "URI"
                reader.complain("HOOK_\(name)_\(setting)", error.description)
            }
        }
    }
}
