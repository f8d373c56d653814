internal import Gateway
internal import HummingbirdCore
internal import Postgres

extension StorageService {
    /// GET /bucket/:id
    func getBucket(_ request: GatewayRequest) async throws -> Response {
        let identity = try callers.required(request)
        let found = try await database.run(
            TransactionSettings(identity, .bucketGet, request), BucketStatements.get(request.parameter("id")))
        guard !found.isEmpty else { throw StorageError.noSuchBucket }
        return try .databaseJSON(found)
    }

    /// The bucket of an object call, looked up past row-level security. Throws `.noSuchBucket`.
    func bucket(_ id: String, _ operation: Operation) async throws -> Bucket {
        let found = try await database.run(.service(operation), BucketStatements.lookUp(id))
        guard let row = found.first else { throw StorageError.noSuchBucket }
        return try Bucket(row)
    }
}
