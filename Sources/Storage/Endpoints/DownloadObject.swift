internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres

extension StorageService {
    /// GET, HEAD /object/:bucket/*key: a public bucket is open to all, another to callers.
    func downloadOptional(_ request: GatewayRequest) async throws -> Response {
        let settings = try await readRights(request, callers.optional(request), .getAuthenticated)
        return try await download(try await find(request, settings), request)
    }

    /// GET, HEAD /object/authenticated/:bucket/*key
    func downloadAuthenticated(_ request: GatewayRequest) async throws -> Response {
        let settings = try await readRights(request, try callers.required(request), .getAuthenticated)
        return try await download(try await find(request, settings), request)
    }

    /// GET, HEAD /object/public/:bucket/*key
    func downloadPublic(_ request: GatewayRequest) async throws -> Response {
        let settings = try await readRights(request, nil, .getPublic)
        return try await download(try await find(request, settings), request)
    }

    /// GET /object/sign/:bucket/*key?token=
    func downloadSigned(_ request: GatewayRequest) async throws -> Response {
        let token = try StorageService.token(request)
        let expires = try tokens.readDownload(
            token, bucket: request.parameter("bucket"), key: request.parameter("key"), now: clock.now())
        return try await download(try await find(request, .service(.getSigned)), request, expires: expires)
    }

    /// The token of a signed URL.
    static func token(_ request: GatewayRequest) throws(StorageError) -> String {
        guard let token = request.query["token"] else {
            throw .schemaViolation("querystring must have required property 'token'")
        }
        return token
    }

    /// With whose eyes the object of `request` is looked for: in a public bucket the service's own, else the caller's.
    /// Throws `.noSuchBucket` for a missing bucket, and for one that is not public when there is no caller.
    func readRights(
        _ request: GatewayRequest, _ identity: Identity?, _ operation: Operation
    ) async throws -> TransactionSettings {
        if try await bucket(request.parameter("bucket"), operation).isPublic { return .service(operation) }
        guard let identity else { throw StorageError.noSuchBucket }
        return TransactionSettings(identity, operation, request)
    }

    /// The row of the object that `request` names. Throws `.noSuchKey` for what is missing or hidden.
    func find(_ request: GatewayRequest, _ settings: TransactionSettings) async throws -> ObjectRecord {
        let (bucket, key) = (request.parameter("bucket"), request.parameter("key"))
        let found = try await database.run(settings, ObjectStatements.find(bucket: bucket, name: key))
        guard let row = found.first else { throw StorageError.noSuchKey }
        return try ObjectRecord(row, bucket: bucket, name: key)
    }
}
