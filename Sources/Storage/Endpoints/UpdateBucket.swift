internal import Core
internal import Gateway
internal import HummingbirdCore
internal import Postgres

extension StorageService {
    /// PUT /bucket/:id
    func updateBucket(_ request: GatewayRequest) async throws -> Response {
        let identity = try callers.required(request)
        let fields = try await RequestFields(bodyOf: request)
        guard ["public", "file_size_limit", "allowed_mime_types"].contains(where: fields.has) else {
            throw StorageError.schemaViolation(
                "body must have at least one of public, file_size_limit, allowed_mime_types")
        }
        var changes = BucketStatements.Changes()
        changes.isPublic = try fields.bool("public")
        if fields.has("file_size_limit") {
            changes.fileSizeLimit = .some(
                try FileSizeLimit.parse(fields["file_size_limit"], serverLimit: configuration.fileSizeLimit))
        }
        if fields.has("allowed_mime_types") {
            changes.allowedMimeTypes = .some(try StorageService.mimeTypes(fields))
        }
        let updated = try await database.run(
            TransactionSettings(identity, .bucketUpdate, request),
            BucketStatements.update(request.parameter("id"), changes))
        guard updated.affectedRows > 0 else { throw StorageError.noSuchBucket }
        return .message("Successfully updated")
    }
}
