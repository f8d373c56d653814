internal import Auth
internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore

/// The outbox for people.
enum OutboxPage {
    static func list(_ entries: [Outbox.Entry]) -> Response {
        let mails = entries.map { entry in
            """
            <article><h2>\(escaped(entry.message.subject.reveal()))</h2>
            <p>to <b>\(escaped(entry.message.recipient))</b>, \(escaped(entry.sentAt.rfc3339(fractionDigits: 0))),
            \(escaped(entry.message.type)), <a href="/outbox/messages/\(entry.id)/html">as HTML</a></p>
            <pre>\(escaped(entry.message.text.reveal()))</pre></article>

            """
        }
        let body = mails.isEmpty ? "<p>No mail yet. Sign somebody up and load this page again.</p>" : mails.joined()
        let page = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>Outbox</title>
            <link rel="stylesheet" href="/outbox/style.css"></head>
            <body><h1>Outbox</h1>
            <p>Mails that were not sent, because no SMTP server is set (SMTP_HOST). A restart forgets them.</p>
            \(body)</body></html>

            """
        return html(page, policy: "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'")
    }

    /// A mail as its reader sees it. It is shown like a foreign site's page: without scripts, in an origin of its own.
    static func mail(_ entry: Outbox.Entry) -> Response {
        html(
            entry.message.html.reveal(),
            policy: "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
                + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
    }

    static let style = Response.bytes(
        Array(
            """
            body{font:16px/1.5 sans-serif;max-width:48em;margin:2em auto;padding:0 1em;color:#1a1a1a}
            article{border-top:1px solid #ccc}h2{font-size:1.1em;margin:1em 0 0}p{margin:.3em 0}
            pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f5f5f4;padding:1em}

            """.utf8), headers: [.xContentTypeOptions: "nosniff"], contentType: "text/css; charset=utf-8")

    private static func html(_ text: String, policy: String) -> Response {
        .bytes(
            Array(text.utf8),
            headers: [
                .contentSecurityPolicy: policy, .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
                .referrerPolicy: "no-referrer",
            ], contentType: "text/html; charset=utf-8")
    }

    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
    }
}

extension HTTPField.Name {
    static let referrerPolicy = known("referrer-policy")
}
