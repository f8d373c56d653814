internal import Core
internal import Gateway
internal import HummingbirdCore
internal import Postgres

extension StorageService {
    /// DELETE /bucket/:id
    func deleteBucket(_ request: GatewayRequest) async throws -> Response {
        let identity = try callers.required(request)
        let id = request.parameter("id")
        let settings = TransactionSettings(identity, .bucketDelete, request)
        guard try await !database.run(settings, BucketStatements.isVisible(id)).isEmpty else {
            throw StorageError.noSuchBucket
        }
        // Past row-level security: objects that the caller cannot see keep a bucket as well.
        let held = try await database.run(.service(.bucketDelete), BucketStatements.holdsObjects(id))
        guard try held.first?.bool(0) == false else { throw StorageError.bucketNotEmpty }
        do {
            let deleted = try await database.run(settings, BucketStatements.delete(id))
            guard deleted.affectedRows > 0 else { throw StorageError.noSuchBucket }
        } catch let error as DatabaseError where error.sqlState == .foreignKeyViolation {
            // An upload came between.
            throw StorageError.bucketNotEmpty
        }
        return .message("Successfully deleted")
    }

    /// POST /bucket/:id/empty
    func emptyBucket(_ request: GatewayRequest) async throws -> Response {
        let identity = try callers.required(request)
        guard identity.isServiceRole else { throw StorageError.serviceRoleOnly }
        let bucket = try await bucket(request.parameter("id"), .bucketEmpty)
        let counted = try await database.run(
            .service(.bucketEmpty), BucketStatements.countObjects(bucket.id, upTo: StorageLimits.emptiedObjectsMax))
        guard try (counted.first?.int(0) ?? 0) <= StorageLimits.emptiedObjectsMax else {
            throw StorageError.bucketTooFull
        }
        // The rows go now; their bytes are queued and go in the background.
        try await database.run(
            TransactionSettings(identity, .bucketEmpty, request), BucketStatements.empty(bucket.id))
        return .message("Empty bucket has been queued. Completion may take up to an hour.")
    }
}
