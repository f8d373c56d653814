internal import Core
/// What curl is told, in the format of its option -K.
struct CurlConfiguration: Sendable {
    let text: String

    init(_ smtp: SMTPConfiguration, recipient: String, file: String) {
        let encryption = smtp.effectiveEncryption
        let host = smtp.host.contains(":") ? "[\(smtp.host)]" : smtp.host
        // What follows the slash is how the server is greeted (RFC 5321, section 4.1.1.1).
        let domain = smtp.senderAddress.split(separator: "@").last.map(String.init) ?? "localhost"
        var options: [(String, String)] = [
            ("url", "\(encryption == .implicit ? "smtps" : "smtp")://\(host):\(smtp.port)/\(domain)"),
            ("proto", "=smtp,smtps"), ("noproxy", "*"),
            ("mail-from", "<\(smtp.senderAddress)>"), ("mail-rcpt", "<\(recipient)>"), ("upload-file", file),
            ("connect-timeout", "10"), ("max-time", String(OutboundLimits.mailTime.components.seconds)),
        ]
        if let user = smtp.user?.reveal(), !user.isEmpty {
            options.append(("user", "\(user):\(smtp.password?.reveal() ?? "")"))
        }
        if let certificates = smtp.certificateFile { options.append(("cacert", certificates)) }
        var lines = options.map { "\($0.0) = \(CurlConfiguration.quoted($0.1))" } + ["silent", "show-error"]
        switch encryption {
        case .required: lines.append("ssl-reqd")
        case .opportunistic: lines.append("ssl")
        case .implicit, .none: break
        }
        text = lines.joined(separator: "\n") + "\n"
    }

    private static func quoted(_ value: String) -> String {
        "\"" + value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// What an exit code means (curl's manual, "Exit codes"). Of what curl said, only the server's reply code is passed
    /// on: the rest can hold addresses.
    static func cause(code: Int, said: String) -> String {
        let reply = said.split(whereSeparator: { !$0.isNumber }).first { $0.count == 3 && "45".contains($0.prefix(1)) }
        let detail = reply.map { ", reply code \($0)" } ?? ""
        let meaning =
            switch code {
            case 5, 6: "its name cannot be resolved"
            case 7: "it cannot be connected to"
            case 8, 56: "it broke off"
            case 28: "it did not answer in time"
            case 35: "TLS could not be agreed on"
            case 51, 60: "its certificate is not trusted"
            case 55: "it did not take the mail"
            case 64: "it offers no STARTTLS"
            case 67: "it refused the login"
            case 77: "the file of certificates cannot be read"
            default: "curl ended with \(code)"
            }
        return "the SMTP server: \(meaning)\(detail)"
    }
}
