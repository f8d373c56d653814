public import Auth
public import Core
public import Outbound

/// How the auth service reaches the outside.
public struct DeliveryConfiguration: Sendable {
    /// A service that sends text messages, with its account.
    public enum TextService: Sendable {
        case twilio(account: String, token: Secret<String>, sender: String, contentID: String?, url: String?)
        case messageBird(accessKey: Secret<String>, originator: String)
        case textlocal(key: Secret<String>, sender: String)
        case vonage(key: String, secret: Secret<String>, sender: String)
        case http(url: String, token: Secret<String>?)
    }

    /// Where breached passwords are looked up.
    public enum Breaches: Sendable {
        case list(path: String)
        case service(url: String?, userAgent: String?)
    }

    /// Nil without an SMTP server. Its folder is set when the server starts.
    public var smtp: SMTPConfiguration?
    public var templates = MailTemplateConfiguration()
    public var textService: TextService?
    public var breaches: Breaches?

    public init() {}
}
