internal import Core

/// A file whose bytes are in the object store and whose rows are still to be written.
struct StoredFile: Sendable {
    static let bucket = "labdocs"

    let id: String
    let category: FileCategory
    /// As uploaded, path parts removed.
    let name: String
    let mediaType: String
    let size: Int
    let key: String
    let version: String
    let etag: String
    let sha256: String
    let storedAt: Timestamp

    /// The key of a new file: the original's prefix, and a part of its own so that two files of one name are both
    /// kept.
    static func key(category: FileCategory, caseID: String, fileID: String, name: String) -> String {
        "\(category.rawValue)_files/\(caseID)/\(fileID)/\(FileName.keyPart(name))"
    }

    /// `storage.objects.metadata` (storage contract, section 5).
    var metadata: JSON {
        [
            "eTag": .string(etag), "size": .int(size), "mimetype": .string(mediaType), "cacheControl": "no-cache",
            "lastModified": .string(storedAt.rfc3339(fractionDigits: 3)), "contentLength": .int(size),
            "httpStatusCode": 200,
        ]
    }
}
