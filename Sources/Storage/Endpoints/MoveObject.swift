internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// The two places of a move or copy.
struct Relocation: Sendable {
    let sourceBucket: String
    let sourceKey: String
    let bucket: String
    let key: String

    init(_ fields: RequestFields) throws(StorageError) {
        sourceBucket = try fields.requiredText("bucketId")
        sourceKey = try fields.requiredText("sourceKey")
        key = try ObjectKey.validated(try fields.requiredText("destinationKey"))
        bucket = try fields.text("destinationBucket").flatMap { $0.isEmpty ? nil : $0 } ?? sourceBucket
    }

    var isInPlace: Bool { sourceBucket == bucket && sourceKey == key }
}

extension StorageService {
    /// POST /object/move
    func moveObject(_ request: GatewayRequest) async throws -> Response {
        let identity = try callers.required(request)
        let places = try Relocation(try await RequestFields(bodyOf: request))
        _ = try await bucket(places.bucket, .move)
        try await database.transaction(TransactionSettings(identity, .move, request)) { transaction in
            let visible = try await transaction.run(
                ObjectStatements.isVisible(bucket: places.sourceBucket, name: places.sourceKey))
            guard !visible.isEmpty else { throw StorageError.noSuchKey }
            if places.isInPlace { return }
            let moved = try await transaction.run(
                ObjectStatements.move(
                    bucket: places.sourceBucket, name: places.sourceKey, toBucket: places.bucket, toName: places.key,
                    identity: identity))
            guard moved.affectedRows > 0 else { throw StorageError.accessDenied("Access denied") }
        }
        return .message("Successfully moved")
    }
}
