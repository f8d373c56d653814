internal import Core
internal import Gateway
internal import HummingbirdCore
internal import Postgres

extension StorageService {
    /// POST /object/list/:bucket
    func listObjects(_ request: GatewayRequest) async throws -> Response {
        let identity = try callers.required(request)
        let fields = try await RequestFields(bodyOf: request)
        var prefix = try fields.requiredText("prefix")
        if !prefix.isEmpty, !prefix.hasSuffix("/") { prefix += "/" }
        let order = try fields.object("sortBy")
        let listed = try await database.run(
            TransactionSettings(identity, .list, request),
            ListStatements.list(
                bucket: request.parameter("bucket"), folder: prefix, search: try fields.text("search") ?? "",
                limit: try fields.integer("limit", in: 1...Int(Int32.max)) ?? 100,
                offset: try fields.integer("offset", in: 0...Int(Int32.max)) ?? 0,
                column: try order?.choice("column", of: ListStatements.Column.self) ?? .name,
                order: try order?.choice("order", of: BucketStatements.SortOrder.self) ?? .ascending))
        return try .databaseJSON(listed)
    }

    /// POST /object/list-v2/:bucket
    func listObjectsV2(_ request: GatewayRequest) async throws -> Response {
        let identity = try callers.required(request)
        let fields = try await RequestFields(bodyOf: request)
        let order = try fields.object("sortBy")
        let cursor = try fields.text("cursor").flatMap { $0.isEmpty ? nil : $0 }.map {
            (text) throws(StorageError) in try ListCursor(text)
        }
        let page = ListPage(
            bucket: request.parameter("bucket"), prefix: try fields.text("prefix") ?? "",
            limit: try fields.integer("limit", in: 1...StorageLimits.listPageMax) ?? StorageLimits.listPageMax,
            isFolded: try fields.bool("with_delimiter") ?? false,
            column: try cursor?.column ?? order?.choice("column", of: ListPage.Column.self) ?? .name,
            order: try cursor?.order ?? order?.choice("order", of: BucketStatements.SortOrder.self) ?? .ascending,
            cursor: cursor)
        let results = try await database.run(
            TransactionSettings(identity, .listV2, request), ListStatements.page(page))
        return .json(try page.answer(results))
    }
}
