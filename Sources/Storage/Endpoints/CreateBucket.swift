internal import Core
internal import Gateway
internal import HummingbirdCore
internal import Postgres

extension StorageService {
    /// POST /bucket
    func createBucket(_ request: GatewayRequest) async throws -> Response {
        let identity = try callers.required(request)
        let fields = try await RequestFields(bodyOf: request)
        let name = try fields.requiredText("name")
        let id = try fields.text("id").flatMap { $0.isEmpty ? nil : $0 } ?? name
        let isPublic = try fields.bool("public") ?? false
        if let type = try fields.choice("type", of: BucketType.self), type != .standard {
            throw StorageError.featureNotEnabled("analytics buckets")
        }
        guard BucketName.isValid(name), BucketName.isValid(id) else { throw StorageError.invalidBucketName }
        let limit = try FileSizeLimit.parse(fields["file_size_limit"], serverLimit: configuration.fileSizeLimit)
        try await database.run(
            TransactionSettings(identity, .bucketCreate, request),
            BucketStatements.create(
                id: id, name: name, identity: identity, isPublic: isPublic, fileSizeLimit: limit,
                allowedMimeTypes: try StorageService.mimeTypes(fields)))
        return .json(["name": .string(name)])
    }

    enum BucketType: String, CaseIterable {
        case standard = "STANDARD"
        case analytics = "ANALYTICS"
    }

    /// The list of media types of a create or update; nil for null or absent.
    static func mimeTypes(_ fields: RequestFields) throws(StorageError) -> [String]? {
        if fields.isNull("allowed_mime_types") { return nil }
        return try fields.texts("allowed_mime_types", count: 0...StorageLimits.mimeTypesMax).map {
            (types) throws(StorageError) in try MimeRule.validated(types)
        }
    }
}
