internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore

extension StorageService {
    /// POST /object/:bucket/*key
    func createObject(_ request: GatewayRequest) async throws -> Response {
        // Only the exact text counts.
        try await writeObject(request, isUpsert: request.headers[.xUpsert] == "true", .upload)
    }

    /// PUT /object/:bucket/*key: replaces, and creates what is missing.
    func updateObject(_ request: GatewayRequest) async throws -> Response {
        try await writeObject(request, isUpsert: true, .uploadUpdate)
    }

    private func writeObject(
        _ request: GatewayRequest, isUpsert: Bool, _ operation: Operation
    ) async throws -> Response {
        let identity = try callers.required(request)
        let key = try ObjectKey.validated(request.parameter("key"))
        let bucket = try await bucket(request.parameter("bucket"), operation)
        let id = try await receive(
            request, into: bucket, key: key, by: Writer(identity, isUpsert: isUpsert), operation)
        return .json(["Id": .string(id), "Key": .string(bucket.id + "/" + key)])
    }
}
