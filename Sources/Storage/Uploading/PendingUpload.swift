internal import Core
internal import HTTPTypes
internal import Objects

/// An upload whose head has been read and whose bytes are still to come.
struct PendingUpload: Sendable {
    let bucket: Bucket
    let key: String
    var contentType: String
    var cacheControl: String
    var robots: String?
    var userMetadata: JSON?
    /// What the client announced, when it announced the object's own size.
    var declaredSize: Int?

    /// The checks that need no database, in the contract's order: media type, then declared size.
    func check(limit: ByteCount) throws(StorageError) {
        if !ObjectKey.isFolderMark(key), !MimeRule.admits(contentType, allowed: bucket.allowedMimeTypes) {
            throw .invalidMimeType(contentType)
        }
        if let declaredSize, declaredSize > limit.bytes { throw .entityTooLarge }
    }

    /// The most bytes this upload may have.
    func sizeLimit(serverLimit: ByteCount) -> ByteCount {
        ObjectKey.isFolderMark(key) ? .bytes(0) : bucket.sizeLimit(serverLimit: serverLimit)
    }

    /// What policies may test before there are bytes.
    var probeMetadata: JSON {
        var members: JSONObject = ["mimetype": .string(contentType)]
        if let declaredSize { members["contentLength"] = .int(declaredSize) }
        return .object(members)
    }

    /// The `metadata` of the finished row.
    func metadata(stored: StoredObject, at time: Timestamp) -> JSON {
        var members: JSONObject = [
            "eTag": .string(stored.etag), "size": .int(stored.size), "mimetype": .string(contentType),
            "cacheControl": .string(cacheControl), "lastModified": .string(time.rfc3339(fractionDigits: 3)),
            "contentLength": .int(stored.size), "httpStatusCode": 200,
        ]
        if let robots { members["xRobotsTag"] = .string(robots) }
        return .object(members)
    }
}
