internal import Core
internal import Gateway
internal import HummingbirdCore
internal import Postgres

extension StorageService {
    /// POST /object/sign/:bucket/*key
    func signObject(_ request: GatewayRequest) async throws -> Response {
        let identity = try callers.required(request)
        let seconds = try StorageService.lifeSeconds(try await RequestFields(bodyOf: request))
        let (bucket, key) = (request.parameter("bucket"), request.parameter("key"))
        let visible = try await database.run(
            TransactionSettings(identity, .sign, request), ObjectStatements.isVisible(bucket: bucket, name: key))
        guard !visible.isEmpty else { throw StorageError.noSuchKey }
        return .json(["signedURL": .string(try signedURL(bucket: bucket, key: key, lifeSeconds: seconds))])
    }

    /// POST /object/sign/:bucket
    func signObjects(_ request: GatewayRequest) async throws -> Response {
        let identity = try callers.required(request)
        let fields = try await RequestFields(bodyOf: request)
        let seconds = try StorageService.lifeSeconds(fields)
        guard let paths = try fields.texts("paths", count: 1...StorageLimits.batchMax) else {
            throw StorageError.schemaViolation("body must have required property 'paths'")
        }
        let bucket = request.parameter("bucket")
        let found = try await database.run(
            TransactionSettings(identity, .signMany, request), ObjectStatements.visible(bucket: bucket, names: paths))
        let visible = Set(found.rows.compactMap { $0.optionalText(0) })
        let items: [JSON] = try paths.map { path in
            guard visible.contains(path) else {
                return [
                    "error": "Either the object does not exist or you do not have access to it", "path": .string(path),
                    "signedURL": .null,
                ]
            }
            let url = try signedURL(bucket: bucket, key: path, lifeSeconds: seconds)
            return ["error": .null, "path": .string(path), "signedURL": .string(url)]
        }
        return .json(.array(items))
    }

    /// Relative to the service's public prefix, and not percent-encoded: clients encode the whole URL.
    private func signedURL(bucket: String, key: String, lifeSeconds: Int) throws -> String {
        let token = try tokens.download(bucket: bucket, key: key, lifeSeconds: lifeSeconds, now: clock.now())
        return "/object/sign/\(bucket)/\(key)?token=\(token)"
    }

    private static func lifeSeconds(_ fields: RequestFields) throws(StorageError) -> Int {
        guard let seconds = try fields.integer("expiresIn", in: 1...StorageLimits.signedURLSecondsMax) else {
            throw .schemaViolation("body must have required property 'expiresIn'")
        }
        return seconds
    }
}
