internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres

extension StorageService {
    /// GET /bucket
    func listBuckets(_ request: GatewayRequest) async throws -> Response {
        let identity = try callers.required(request)
        let fields = RequestFields(queryOf: request)
        let listed = try await database.run(
            TransactionSettings(identity, .bucketList, request),
            BucketStatements.list(
                search: try fields.text("search"),
                sortedBy: try fields.choice("sortColumn", of: BucketStatements.SortColumn.self) ?? .id,
                try fields.choice("sortOrder", of: BucketStatements.SortOrder.self) ?? .ascending,
                limit: try fields.integer("limit", in: 1...StorageLimits.bucketListMax) ?? StorageLimits.bucketListMax,
                offset: try fields.integer("offset", in: 0...Int(Int32.max)) ?? 0,
                withType: ClientVersion.takesBucketTypes(request.headers)))
        return try .databaseJSON(listed)
    }
}
