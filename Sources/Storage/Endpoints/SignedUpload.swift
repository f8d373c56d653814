internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Objects

extension StorageService {
    /// POST /object/upload/sign/:bucket/*key
    func signUpload(_ request: GatewayRequest) async throws -> Response {
        let identity = try callers.required(request)
        let key = try ObjectKey.validated(request.parameter("key"))
        let bucket = try await bucket(request.parameter("bucket"), .signUploadURL)
        let writer = Writer(identity, isUpsert: request.headers[.xUpsert] == "true")
        let object = NewObject(
            bucket: bucket.id, name: key, owner: writer.owner, ownerID: writer.ownerID,
            version: ObjectVersion.fresh(bucket: bucket.id, key: key).version, metadata: [:],
            userMetadata: try UserMetadata.parse(header: request.headers[.xMetadata]))
        try await probe(object, by: writer, .signUploadURL, request)
        let token = try tokens.upload(
            bucket: bucket.id, key: key, ownerID: writer.ownerID, isUpsert: writer.isUpsert,
            lifeSeconds: Int(configuration.uploadURLLife.components.seconds), now: clock.now())
        return .json([
            "url": .string("/object/upload/sign/\(bucket.id)/\(key)?token=\(token)"), "token": .string(token),
        ])
    }

    /// PUT /object/upload/sign/:bucket/*key?token=
    func uploadSigned(_ request: GatewayRequest) async throws -> Response {
        let token = try StorageService.token(request)
        let key = try ObjectKey.validated(request.parameter("key"))
        let name = request.parameter("bucket")
        let writer = try tokens.readUpload(token, bucket: name, key: key, now: clock.now())
        let bucket = try await bucket(name, .uploadSigned)
        _ = try await receive(request, into: bucket, key: key, by: writer, .uploadSigned)
        return .json(["Key": .string(bucket.id + "/" + key)])
    }
}
