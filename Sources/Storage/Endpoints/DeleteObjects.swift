internal import Gateway
internal import HummingbirdCore
internal import Postgres

extension StorageService {
    /// DELETE /object/:bucket/*key
    func deleteObject(_ request: GatewayRequest) async throws -> Response {
        let identity = try callers.required(request)
        let (bucket, key) = (request.parameter("bucket"), request.parameter("key"))
        let results = try await database.run(
            TransactionSettings(identity, .delete, request),
            [
                ObjectStatements.isVisible(bucket: bucket, name: key),
                ObjectStatements.delete(bucket: bucket, name: key),
            ])
        guard results.first?.isEmpty == false else { throw StorageError.noSuchKey }
        guard (results.last?.affectedRows ?? 0) > 0 else { throw StorageError.accessDenied("Access denied") }
        return .message("Successfully deleted")
    }

    /// DELETE /object/:bucket: keys that are missing or denied are passed over.
    func deleteObjects(_ request: GatewayRequest) async throws -> Response {
        let identity = try callers.required(request)
        let fields = try await RequestFields(bodyOf: request)
        guard let prefixes = try fields.texts("prefixes", count: 1...StorageLimits.batchMax) else {
            throw StorageError.schemaViolation("body must have required property 'prefixes'")
        }
        let removed = try await database.run(
            TransactionSettings(identity, .deleteMany, request),
            ObjectStatements.delete(bucket: request.parameter("bucket"), names: prefixes))
        return try .databaseJSON(removed)
    }
}
