internal import Gateway
internal import HummingbirdCore
internal import Postgres

extension StorageService {
    /// GET /object/info/:bucket/*key
    func infoOptional(_ request: GatewayRequest) async throws -> Response {
        try await info(request, callers.optional(request), .infoAuthenticated)
    }

    /// GET /object/info/authenticated/:bucket/*key
    func infoAuthenticated(_ request: GatewayRequest) async throws -> Response {
        try await info(request, try callers.required(request), .infoAuthenticated)
    }

    /// GET /object/info/public/:bucket/*key
    func infoPublic(_ request: GatewayRequest) async throws -> Response {
        try await info(request, nil, .infoPublic)
    }

    private func info(
        _ request: GatewayRequest, _ identity: Identity?, _ operation: Operation
    ) async throws -> Response {
        let settings = try await readRights(request, identity, operation)
        let found = try await database.run(
            settings, ObjectStatements.info(bucket: request.parameter("bucket"), name: request.parameter("key")))
        guard !found.isEmpty else { throw StorageError.noSuchKey }
        return try .databaseJSON(found)
    }
}
