internal import Core

/// What one storage request may cost.
enum StorageLimits {
    /// A JSON body: a thousand keys of the longest kind, quoted.
    static let jsonBody = ByteCount.mebibytes(2)
    /// Longest object key in bytes, as S3 has it; the unique index on (bucket_id, name) holds no more than 2704.
    static let objectKeyBytesMax = 1024
    /// Characters of a bucket's name; the database enforces it too.
    static let bucketNameCharactersMax = 100
    /// Characters of one entry of a bucket's list of media types.
    static let mimeTypeCharactersMax = 1000
    /// Entries in a bucket's list of media types: each upload compares them all.
    static let mimeTypesMax = 1000
    /// User metadata as JSON text, as upstream has it.
    static let userMetadata = ByteCount.mebibytes(1)
    /// Nesting of user metadata.
    static let userMetadataDepthMax = 32
    /// Parts of an upload form: one file and ten fields, with room for as many again behind the file.
    static let formPartsMax = 21
    /// A short field of an upload form: a media type or a number of seconds.
    static let formFieldMax = ByteCount.kibibytes(4)
    /// What a form may weigh beside the file: the user metadata, part headers and other fields.
    static let formOverhead = ByteCount.mebibytes(2)
    /// Keys in one batch of signatures or removals.
    static let batchMax = 1000
    /// Entries of one list-v2 page.
    static let listPageMax = 1000
    /// Longest cursor looked at: the longest key in base64, and the rest of the cursor.
    static let cursorCharactersMax = 4096
    /// Buckets in one answer when the caller names no limit: the answer is held in memory.
    static let bucketListMax = 10_000
    /// Objects that one emptying removes; more take more time than a request has.
    static let emptiedObjectsMax = 200_000
    /// Longest life of a signed URL in seconds: one hundred years, so that `exp` stays a time every client can print.
    static let signedURLSecondsMax = 100 * 365 * 86_400
    /// Seconds a policy and its statement may take (upstream's `DATABASE_STATEMENT_TIMEOUT`).
    static let statementTimeout: Duration = .seconds(30)
    /// Milliseconds to wait for another writer of the same key.
    static let commitLockMilliseconds = 5000
    /// The same for copies, which hold no client up.
    static let copyLockMilliseconds = 3000
    /// Deletions of bytes done in one transaction: each is a system call or a request to the object store.
    static let deletionsBatch = 100
    /// Stored versions looked up at a time by the search for orphans.
    static let orphanPage = 1000
    /// Orphans remembered in one search; the next search finds the rest.
    static let orphansMax = 100_000
    /// A search that finds this many orphans, and more orphans than objects, deletes none: it is likelier that the
    /// store belongs to another database.
    static let orphansSuspicious = 100
}
