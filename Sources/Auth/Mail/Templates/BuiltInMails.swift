/// The mails as they are without templates of the operator's.
enum BuiltInMails {
    /// One mail in both its forms; all are templates.
    struct Wording: Sendable {
        let subject: String
        let html: String
        let text: String
    }

    static func wording(_ kind: Mail.Kind) -> Wording {
        switch kind {
        case .confirmation:
            asking(
                "Confirm your email address", "Welcome. Please confirm that {{ .Email }} is your email address.",
                action: "Confirm email address")
        case .invite:
            asking("You've been invited", "You have been invited to open an account.", action: "Accept the invitation")
        case .recovery:
            asking(
                "Reset your password", "Somebody, hopefully you, asked for a new password for {{ .Email }}.",
                action: "Choose a new password")
        case .magicLink:
            asking("Your sign-in link", "Sign in as {{ .Email }}; no password is needed.", action: "Sign in")
        case .emailChangeNew:
            asking(
                "Confirm your new email address", "Please confirm {{ .NewEmail }} as the new address of your account.",
                action: "Confirm new address")
        case .emailChangeCurrent:
            asking(
                "Confirm your new email address",
                "The address of your account is to change from {{ .Email }} to {{ .NewEmail }}.",
                action: "Confirm the change")
        case .reauthentication:
            wording(
                "{{ .Token }} is your verification code", paragraphs: ["Enter this code to go on:"], code: true,
                ending: "If you did not ask for it, please change your password.")
        case .passwordChanged: telling("Your password was changed", "The password of {{ .Email }} was changed.")
        case .emailChanged:
            telling(
                "Your email address was changed",
                "The address of your account was changed from {{ .OldEmail }} to {{ .Email }}.")
        case .phoneChanged:
            telling(
                "Your phone number was changed",
                "The phone number of your account was changed{{ with .OldPhone }} from {{ . }}{{ end }} to {{ .Phone }}."
            )
        case .identityLinked:
            telling(
                "A new sign-in method was linked to your account",
                "{{ .Email }} can now sign in with {{ .Provider }}.")
        case .identityUnlinked:
            telling(
                "A sign-in method was removed from your account",
                "{{ .Email }} can no longer sign in with {{ .Provider }}.")
        case .factorEnrolled:
            telling(
                "A new verification method was added to your account",
                "The verification method {{ .FactorType }} was added to {{ .Email }}.")
        case .factorUnenrolled:
            telling(
                "A verification method was removed from your account",
                "The verification method {{ .FactorType }} was removed from {{ .Email }}.")
        }
    }

    private static func asking(_ subject: String, _ sentence: String, action: String) -> Wording {
        wording(
            subject, paragraphs: [sentence], action: action, code: true,
            ending: "If you did not expect this mail, you can ignore it: nothing happens without you.")
    }

    private static func telling(_ subject: String, _ sentence: String) -> Wording {
        wording(
            subject, paragraphs: [sentence],
            ending: "If this was not you, sign in, change your password and tell whoever runs {{ .SiteURL }}.")
    }

    private static func wording(
        _ subject: String, paragraphs: [String], action: String? = nil, code: Bool = false, ending: String
    ) -> Wording {
        var html = paragraphs.map { "<p>\($0)</p>\n" }.joined()
        var text = paragraphs.map { $0 + "\n\n" }.joined()
        if let action {
            html += "<p><a href=\"{{ .ConfirmationURL }}\" style=\"\(Self.button)\">\(action)</a></p>\n"
            text += "\(action): {{ .ConfirmationURL }}\n\n"
        }
        if code {
            let lead = action == nil ? "" : "Or enter this code: "
            html += "<p>\(lead)<strong style=\"letter-spacing:.15em\">{{ .Token }}</strong></p>\n"
            text += "\(lead){{ .Token }}\n\n"
        }
        html += "<p style=\"color:#555\">\(ending)</p>\n"
        text += ending + "\n"
        let heading = action == nil && code ? "Your verification code" : subject
        let page = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>\(heading)</title></head>
            <body style="font-family:sans-serif;line-height:1.5;max-width:36em;margin:2em auto;padding:0 1em">
            <h2>\(heading)</h2>
            \(html)</body></html>

            """
        return Wording(subject: subject, html: page, text: text)
    }

    private static let button =
        "display:inline-block;padding:.6em 1.2em;background:#14532d;color:#fff;text-decoration:none;border-radius:4px"
}
