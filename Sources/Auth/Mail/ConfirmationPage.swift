internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore

/// A page with a button that does what the link would have done. It loads nothing and runs no script.
struct ConfirmationPage: Sendable {
    let response: Response

    /// - Parameter action: where the form goes.
    init(_ form: LinkForm, action: String) {
        var inputs = [("type", form.type), ("token", form.token)]
        if let target = form.redirectTo { inputs.append(("redirect_to", target)) }
        let fields = inputs.map { name, value in
            #"<input type="hidden" name="\#(name)" value="\#(Self.escaped(value))">"#
        }
        let html = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="robots" content="noindex, nofollow">
            <title>Please confirm</title>
            <style>
            body { font: 1.1rem/1.5 system-ui, sans-serif; margin: 15vh auto; max-width: 26rem; padding: 0 1rem;
              text-align: center; color-scheme: light dark }
            button { font: inherit; padding: .6rem 2rem; cursor: pointer }
            </style>
            </head>
            <body>
            <p>Please confirm that you followed the link in your mail yourself.</p>
            <form method="post" action="\(Self.escaped(action))">
            \(fields.joined(separator: "\n"))
            <button type="submit">Continue</button>
            </form>
            </body>
            </html>

            """
        var headers = Self.discretion
        // No form-action: browsers hold it against the redirect that follows as well.
        headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
        response = .bytes(Array(html.utf8), headers: headers, contentType: "text/html; charset=utf-8")
    }

    /// What keeps tokens out of caches and referrers.
    static let discretion: HTTPFields = {
        var headers: HTTPFields = [.cacheControl: "no-store"]
        if let name = HTTPField.Name("Referrer-Policy") { headers[name] = "no-referrer" }
        return headers
    }()

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
