public import Core

/// What one multipart message may cost. A service tightens what it knows better.
public struct MultipartLimits: Sendable {
    /// Parts in one message. Forms of these services have a handful of fields and some dozens of files.
    public var partsMax = 256
    /// The header section of one part, its empty line included: a disposition with a long file name in UTF-8, a type, and room.
    public var headersMax = ByteCount.kibibytes(16)
    /// Header fields of one part; RFC 7578 knows three.
    public var headerFieldCountMax = 32
    /// A field that is read as text or bytes, when its reader names no other limit.
    public var fieldMax = ByteCount.mebibytes(1)
    /// Bytes before the first delimiter, which mean nothing (RFC 2046, section 5.1.1).
    public var preambleMax = ByteCount.kibibytes(16)
    /// The message as a whole, skipped parts included. Files have limits of their own where they are stored.
    public var messageMax = ByteCount.gibibytes(6)

    public init() {}

    /// RFC 2046, section 5.1.1.
    static let boundaryCharactersMax = 70
    /// Spaces and tabs that a transport may have put behind a delimiter (RFC 2046, section 5.1.1); none does today.
    static let transportPaddingMax = 64
}
