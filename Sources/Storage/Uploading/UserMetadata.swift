internal import Core
internal import Cryptography

/// Metadata that clients attach to an object: a JSON object of at most 1 MiB. What is no JSON object is ignored, as
/// upstream does.
enum UserMetadata {
    /// From the JSON text of a form field. Throws `.entityTooLarge`.
    static func parse(_ bytes: [UInt8]) throws(StorageError) -> JSON? {
        guard bytes.count <= StorageLimits.userMetadata.bytes else { throw .entityTooLarge }
        let limits = JSONLimits(
            bytesMax: StorageLimits.userMetadata.bytes, depthMax: StorageLimits.userMetadataDepthMax)
        // Ignored on purpose, whatever is wrong with it.
        guard let value = try? JSON(parsing: bytes, limits: limits), value.object != nil else { return nil }
        return value
    }

    /// From the base64 text of the header `x-metadata`.
    static func parse(header: String?) throws(StorageError) -> JSON? {
        guard let header, let bytes = Base64.decode(header) ?? Base64URL.decode(header) else { return nil }
        return try parse(bytes)
    }
}
