internal import Core
internal import Postgres

/// What object calls must know of a bucket.
struct Bucket: Sendable, Hashable {
    let id: String
    let isPublic: Bool
    /// Bytes; nil means the server's limit.
    let fileSizeLimit: Int?
    let allowedMimeTypes: [String]?

    init(id: String, isPublic: Bool, fileSizeLimit: Int?, allowedMimeTypes: [String]?) {
        self.id = id
        self.isPublic = isPublic
        self.fileSizeLimit = fileSizeLimit
        self.allowedMimeTypes = allowedMimeTypes
    }

    /// From a row of ``BucketStatements/lookUp(_:)``.
    init(_ row: Row) throws(DatabaseError) {
        id = try row.text(0)
        isPublic = try row.bool(1)
        fileSizeLimit = try row.optionalInt(2)
        allowedMimeTypes = try row.optionalJSON(3)?.array?.compactMap(\.string)
    }

    /// The most bytes of one object here.
    func sizeLimit(serverLimit: ByteCount) -> ByteCount {
        min(fileSizeLimit.map(ByteCount.bytes) ?? serverLimit, serverLimit)
    }
}
