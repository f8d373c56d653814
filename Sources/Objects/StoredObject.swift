public import Core

/// What a finished write stored.
public struct StoredObject: Sendable, Hashable {
    /// The size in bytes.
    public let size: Int
    /// The MD5 of the bytes in lower-case hexadecimal.
    public let md5: String
    /// The SHA-256 of the bytes in lower-case hexadecimal, if it was asked for.
    public let sha256: String?

    /// The entity tag (RFC 9110 section 8.8.3): the MD5 in double quotes, as S3 and the Storage API give it.
    public var etag: String { "\"\(md5)\"" }

    public init(size: Int, md5: String, sha256: String?) {
        self.size = size
        self.md5 = md5
        self.sha256 = sha256
    }
}

/// A version as a store finds it.
public struct VersionListing: Sendable, Hashable {
    /// The version id; see ``ObjectVersion/version``.
    public let version: String
    /// The size in bytes.
    public let size: Int
    /// When the version was stored, or later (a restored backup counts as stored anew), never earlier.
    public let storedAt: Timestamp

    public init(version: String, size: Int, storedAt: Timestamp) {
        self.version = version
        self.size = size
        self.storedAt = storedAt
    }
}
