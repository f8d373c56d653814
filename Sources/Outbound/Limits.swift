internal import Core
internal import NIOCore

/// What calls to the outside may cost.
enum OutboundLimits {
    /// Part of a request's time that making the connection may take.
    static let connectTime: TimeAmount = .seconds(5)
    /// Addresses that a name is judged by; a name with more is refused.
    static let addressesMax = 32
    /// Mails on their way at a time, and more that wait for them. A mail is sent inside the transaction that stores what
    /// it is about, so together they stay below the ten connections that the auth service has by default.
    static let mailsAtOnce = 4
    static let mailsWaiting = 4
    /// One mail from connecting to its acceptance.
    static let mailTime: Duration = .seconds(20)
    /// What the mail program may say.
    static let programOutput = ByteCount.kibibytes(64)
    /// A line of a message without its end (RFC 5321, section 4.5.3.1.6, allows 998); quoted-printable keeps to 76.
    static let encodedLine = 76
    /// Mails that the outbox keeps; the oldest goes first.
    static let outboxMails = 200
    /// A mail that the outbox keeps; the templates' own limit is a mebibyte.
    static let outboxMail = ByteCount.mebibytes(4)
}
