internal import HTTPTypes

/// Why a storage request is refused, in the terms of the contract (section 2). The four members of an error body and
/// the HTTP status are tables over this type, in `StorageError+Tables.swift`.
enum StorageError: Error, Sendable, Hashable {
    case noSuchBucket
    case noSuchKey
    /// The row is there, the bytes are not.
    case bytesGone
    case bucketAlreadyExists
    case keyAlreadyExists
    case resourceAlreadyExists
    case accessDenied(String)
    /// A route that only the service role may call.
    case serviceRoleOnly
    case entityTooLarge
    case invalidMimeType(String)
    case invalidContentType
    case invalidKey(String)
    case noContent
    case invalidBucketName
    /// A range outside an object of `size` bytes, or no range at all.
    case invalidRange(size: Int)
    case bucketNotEmpty
    case bucketTooFull
    case invalidJWT(String)
    case invalidSignature(String)
    case relatedResourceMissing
    case resourceLocked
    case lockTimeout
    case databaseReadOnly
    case databaseTimeout
    case databaseSchema
    case databaseUnavailable
    case overloaded
    case invalidParameter(String)
    case invalidRequest(String)
    /// The request does not fit the route's schema; upstream's validator words.
    case schemaViolation(String)
    case featureNotEnabled(String)
    case outOfSpace
    case routeNotFound(method: String, path: String)
    /// The client left.
    case aborted
    /// A failure of ours, with what the log may say of it.
    case failed(cause: String)
}
