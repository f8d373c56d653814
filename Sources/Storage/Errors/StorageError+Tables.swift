extension StorageError {
    /// The body's `code`.
    var code: String {
        switch self {
        case .noSuchBucket: "NoSuchBucket"
        case .noSuchKey, .bytesGone: "NoSuchKey"
        case .bucketAlreadyExists: "BucketAlreadyExists"
        case .keyAlreadyExists: "KeyAlreadyExists"
        case .resourceAlreadyExists: "ResourceAlreadyExists"
        case .accessDenied, .serviceRoleOnly: "AccessDenied"
        case .entityTooLarge: "EntityTooLarge"
        case .invalidMimeType, .invalidContentType: "InvalidMimeType"
        case .invalidKey: "InvalidKey"
        case .noContent, .relatedResourceMissing, .invalidRequest, .schemaViolation, .routeNotFound, .bucketTooFull:
            "InvalidRequest"
        case .invalidBucketName: "InvalidBucketName"
        case .invalidRange: "InvalidRange"
        case .bucketNotEmpty: "ResourceNotEmpty"
        case .invalidJWT: "InvalidJWT"
        case .invalidSignature: "InvalidSignature"
        case .resourceLocked: "ResourceLocked"
        case .lockTimeout: "LockTimeout"
        case .databaseReadOnly: "DatabaseReadOnly"
        case .databaseTimeout: "DatabaseTimeout"
        case .databaseSchema: "DatabaseSchemaMismatch"
        case .databaseUnavailable: "DatabaseError"
        case .overloaded: "SlowDown"
        case .invalidParameter: "InvalidParameter"
        case .featureNotEnabled: "FeatureNotEnabled"
        case .outOfSpace: "InsufficientStorage"
        case .aborted: "Aborted"
        case .failed: "InternalError"
        }
    }

    /// The body's `statusCode`.
    var bodyStatus: Int {
        switch self {
        case .noSuchBucket, .noSuchKey, .bytesGone, .relatedResourceMissing, .routeNotFound: 404
        case .bucketAlreadyExists, .keyAlreadyExists, .resourceAlreadyExists, .bucketNotEmpty, .bucketTooFull,
            .featureNotEnabled:
            409
        case .accessDenied, .serviceRoleOnly: 403
        case .entityTooLarge: 413
        case .invalidMimeType, .invalidContentType: 415
        case .invalidKey, .noContent, .invalidBucketName, .invalidJWT, .invalidSignature, .invalidParameter,
            .invalidRequest, .schemaViolation:
            400
        case .invalidRange: 416
        case .resourceLocked: 423
        case .overloaded: 429
        case .aborted: 499
        case .failed: 500
        case .lockTimeout, .databaseReadOnly, .databaseSchema, .databaseUnavailable: 503
        case .outOfSpace: 507
        case .databaseTimeout: 544
        }
    }

    /// The HTTP status: 400 for everything that is known, save for the few that clients and proxies act on.
    var httpStatus: Int {
        switch self {
        case .invalidRange, .databaseTimeout, .overloaded, .serviceRoleOnly, .routeNotFound, .aborted, .failed,
            .databaseUnavailable, .outOfSpace:
            bodyStatus
        case .noSuchBucket, .noSuchKey, .bytesGone, .bucketAlreadyExists, .keyAlreadyExists, .resourceAlreadyExists,
            .accessDenied, .entityTooLarge, .invalidMimeType, .invalidContentType, .invalidKey, .noContent,
            .invalidBucketName, .bucketNotEmpty, .bucketTooFull, .invalidJWT, .invalidSignature,
            .relatedResourceMissing, .resourceLocked, .lockTimeout, .databaseReadOnly, .databaseSchema,
            .invalidParameter, .invalidRequest, .schemaViolation, .featureNotEnabled:
            400
        }
    }

    /// The body's `error`: a name from before there were codes, else the code.
    var legacyName: String {
        switch self {
        case .noSuchBucket: "Bucket not found"
        case .noSuchKey: "not_found"
        case .bytesGone: "Not found"
        case .bucketAlreadyExists, .keyAlreadyExists, .resourceAlreadyExists: "Duplicate"
        case .accessDenied, .serviceRoleOnly: "Unauthorized"
        case .entityTooLarge: "Payload too large"
        case .invalidMimeType, .invalidContentType: "invalid_mime_type"
        case .invalidBucketName: "Invalid Input"
        case .invalidRange: "invalid_range"
        case .lockTimeout: "acquiring_lock_timeout"
        case .overloaded: "too_many_connections"
        case .schemaViolation: "Error"
        case .failed: "Internal"
        case .invalidKey, .noContent, .bucketNotEmpty, .bucketTooFull, .invalidJWT, .invalidSignature,
            .relatedResourceMissing, .resourceLocked, .databaseReadOnly, .databaseTimeout, .databaseSchema,
            .databaseUnavailable, .invalidParameter, .invalidRequest, .featureNotEnabled, .outOfSpace, .routeNotFound,
            .aborted:
            code
        }
    }

    /// The body's `message`.
    var message: String {
        switch self {
        case .noSuchBucket: "Bucket not found"
        case .noSuchKey: "Object not found"
        case .bytesGone: "The resource was not found"
        case .bucketAlreadyExists, .keyAlreadyExists, .resourceAlreadyExists: "The resource already exists"
        case .accessDenied(let text): text
        case .serviceRoleOnly: "Access denied"
        case .entityTooLarge: "The object exceeded the maximum allowed size"
        case .invalidMimeType(let type): "mime type \(type) is not supported"
        case .invalidContentType: "Invalid Content-Type header"
        case .invalidKey(let key): "Invalid key: \(key)"
        case .noContent: "No content provided"
        case .invalidBucketName: "Bucket name invalid"
        case .invalidRange: "invalid range provided"
        case .bucketNotEmpty: "The bucket you tried to delete is not empty"
        case .bucketTooFull: "The bucket holds too many objects to be emptied at once"
        case .invalidJWT(let text), .invalidSignature(let text): text
        case .relatedResourceMissing: "The related resource does not exist"
        case .resourceLocked: "The resource is locked"
        case .lockTimeout: "Timed out waiting for another write of this object"
        case .databaseReadOnly: "The database is in read-only mode"
        case .databaseTimeout: "The connection to the database timed out"
        case .databaseSchema: "The database schema does not fit this server"
        case .databaseUnavailable: "The database is not available"
        case .overloaded: "Too many connections issued to the database"
        case .invalidParameter(let name): "Invalid Parameter \(name)"
        case .invalidRequest(let text), .schemaViolation(let text): text
        case .featureNotEnabled(let name): "The feature \(name) is not enabled for this resource"
        case .outOfSpace: "There is no space left for objects"
        case .routeNotFound(let method, let path): "Route \(method):\(path) not found"
        case .aborted: "The request was aborted"
        case .failed: "Internal Server Error"
        }
    }
}
