public import Core

/// What an operator may say about storage.
public struct StorageConfiguration: Sendable {
    /// The most bytes of one uploaded object; a bucket may ask for less. Environment: `FILE_SIZE_LIMIT`.
    public var fileSizeLimit: ByteCount = .mebibytes(50)
    /// How long a signed upload URL is good for. Environment: `SIGNED_UPLOAD_URL_EXPIRATION_TIME`.
    public var uploadURLLife: Duration = .seconds(2 * 3600)
    /// How often bytes that rows gave up are removed.
    public var deletionInterval: Duration = .seconds(5)
    /// How often versions without a row, and leftovers of interrupted uploads, are looked for.
    public var orphanInterval: Duration = .seconds(6 * 3600)
    /// How old a version without a row must be before it counts as an orphan: longer than any upload lasts.
    public var orphanAge: Duration = .seconds(24 * 3600)

    public init() {}
}
