public import Core
public import NIOCore

/// Where the bytes of stored objects live: a file system, or a service that speaks S3.
///
/// A store knows versions, not objects: which version of an object is the live one stands in the database. Each
/// write makes a new ``ObjectVersion`` and no write ever changes or replaces one, so a reader cannot see a torn
/// object and an overwrite cannot damage the bytes it replaces before the row that names them commits.
///
/// Bytes are durable when ``write(_:limit:expected:sha256:body:)`` or ``copy(_:to:)`` returns; only then may the
/// row be committed. A crash in between leaves a version without a row, which ``versions(startingAfter:limit:)``
/// finds again.
public protocol ObjectStore: Sendable {
    /// Stores the bytes of `body` as `version`, reading `body` no faster than they can be stored.
    ///
    /// - Parameters:
    ///   - limit: The most bytes accepted; the write ends with `.tooLarge` at the first byte beyond.
    ///   - expected: The size that was announced (Content-Length), if any; a body of another size is refused with
    ///     `.sizeMismatch`.
    ///   - sha256: Whether to compute the SHA-256 as well; the MD5, which is the ETag, always is.
    /// - Throws: `.tooLarge`, `.sizeMismatch`, `.versionExists`, `.outOfSpace`, `.bodyFailed` with the error of
    ///   `body`, `.cancelled`, `.storeFailed`. Whatever is thrown, nothing of the object is left behind.
    func write(
        _ version: ObjectVersion, limit: ByteCount, expected: Int?, sha256: Bool,
        body: some AsyncSequence<ByteBuffer, any Error> & Sendable
    ) async throws(ObjectError) -> StoredObject

    /// Stores the bytes of `source` again as `destination`, without passing them through this process where the
    /// store can. Returns the size in bytes.
    ///
    /// - Throws: `.notFound` for the source, `.versionExists` for the destination, `.outOfSpace`, `.cancelled`,
    ///   `.storeFailed`.
    func copy(_ source: ObjectVersion, to destination: ObjectVersion) async throws(ObjectError) -> Int

    /// Opens `version` for reading. The bytes stay readable to the end, even when the version is deleted meanwhile.
    ///
    /// - Parameter range: The bytes wanted, or nil for all. It must lie within the object; an empty range is fine.
    /// - Throws: `.notFound`, `.invalidRange`, `.cancelled`, `.storeFailed`.
    func read(_ version: ObjectVersion, range: Range<Int>?) async throws(ObjectError) -> ObjectReader

    /// Gives `body` the path of a local file with the bytes of `version`, for programs that read files. The path
    /// is only good during the call and the file must not be changed. (A store that is elsewhere downloads it.)
    ///
    /// - Throws: An ``ObjectError`` when there is no such file to give, else what `body` throws.
    func withLocalFile<Answer>(
        _ version: ObjectVersion, _ body: (_ path: String) async throws -> Answer
    ) async throws -> Answer

    /// The size and age of `version`. Throws `.notFound`, `.cancelled`, `.storeFailed`.
    func stat(_ version: ObjectVersion) async throws(ObjectError) -> VersionListing

    /// Removes the bytes of `version`; removing what is not there is no error. Throws `.cancelled`, `.storeFailed`.
    func delete(_ version: ObjectVersion) async throws(ObjectError)

    /// Removes what interrupted writes left behind and was last touched before `cutoff`. Returns how many were
    /// removed. Choose a cutoff older than the longest upload. Throws `.cancelled`, `.storeFailed`.
    func sweepTemporary(olderThan cutoff: Timestamp) async throws(ObjectError) -> Int

    /// The stored versions in ascending order of their ids, at most `limit` of them, beginning after the id
    /// `startingAfter`; fewer than `limit` means these are the last. `limit` is cut to `Limits.listingMax` (10 000).
    ///
    /// This is for the search for orphans: a version without a row, stored long enough ago that no request can
    /// still be about to commit it, may be deleted. Throws `.cancelled`, `.storeFailed`.
    func versions(startingAfter: String?, limit: Int) async throws(ObjectError) -> [VersionListing]

    /// The space left for new objects, or nil where the store has no end that it knows of.
    /// Throws `.cancelled`, `.storeFailed`.
    func availableSpace() async throws(ObjectError) -> ByteCount?
}

extension ObjectStore {
    /// ``write(_:limit:expected:sha256:body:)`` with the MD5 only.
    public func write(
        _ version: ObjectVersion, limit: ByteCount, expected: Int? = nil,
        body: some AsyncSequence<ByteBuffer, any Error> & Sendable
    ) async throws(ObjectError) -> StoredObject {
        try await write(version, limit: limit, expected: expected, sha256: false, body: body)
    }

    /// All bytes of `version`; see ``read(_:range:)``.
    public func read(_ version: ObjectVersion) async throws(ObjectError) -> ObjectReader {
        try await read(version, range: nil)
    }
}
