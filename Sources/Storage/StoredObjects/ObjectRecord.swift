internal import Core
internal import Objects
internal import Postgres

/// The row of a stored object, as downloads need it.
struct ObjectRecord: Sendable {
    let id: String
    let bucket: String
    let name: String
    /// Names the live bytes; nil in rows that no storage service wrote.
    let version: String?
    /// The stored `metadata`.
    let metadata: JSON
    /// Microseconds since 1970 of the last change.
    let changedAt: Timestamp

    /// From a row of ``ObjectStatements/find(bucket:name:)``.
    init(_ row: Row, bucket: String, name: String) throws(DatabaseError) {
        self.bucket = bucket
        self.name = name
        id = try row.text(0)
        version = row.optionalText(1)
        metadata = try row.optionalJSON(2) ?? .object([:])
        changedAt = Timestamp(microseconds: Int64(try row.int(3)))
    }

    var contentType: String { metadata["mimetype"]?.string ?? "application/octet-stream" }
    var cacheControl: String { metadata["cacheControl"]?.string ?? "no-cache" }
    var etag: String? { metadata["eTag"]?.string }
    var size: Int? { metadata["size"]?.int }
    var robots: String { metadata["xRobotsTag"]?.string ?? "none" }

    /// Where the bytes are. Throws `.bytesGone` for a row that names none.
    func storedVersion() throws(StorageError) -> ObjectVersion {
        guard let version else { throw .bytesGone }
        do throws(ObjectError) {
            return try ObjectVersion(bucket: bucket, key: name, version: version)
        } catch {
            throw .bytesGone
        }
    }
}
