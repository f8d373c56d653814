internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Objects
internal import Postgres

extension StorageService {
    /// POST /object/copy
    func copyObject(_ request: GatewayRequest) async throws -> Response {
        let identity = try callers.required(request)
        let fields = try await RequestFields(bodyOf: request)
        let places = try Relocation(fields)
        _ = try await bucket(places.bucket, .copy)
        let found = try await database.run(
            TransactionSettings(identity, .copy, request),
            ObjectStatements.metadata(bucket: places.sourceBucket, name: places.sourceKey))
        guard let row = found.first else { throw StorageError.noSuchKey }
        guard let sourceVersion = row.optionalText(0) else { throw StorageError.bytesGone }

        let writer = Writer(identity, isUpsert: request.headers[.xUpsert] == "true")
        let version = ObjectVersion.fresh(bucket: places.bucket, key: places.key)
        let metadata = try StorageService.copiedMetadata(row, fields, request.headers, now: clock.now())
        let object = NewObject(
            bucket: places.bucket, name: places.key, owner: writer.owner, ownerID: writer.ownerID,
            version: version.version, metadata: metadata.system, userMetadata: metadata.user)
        try await probe(object, by: writer, .copy, request)
        let source = try ObjectVersion(
            bucket: places.sourceBucket, key: places.sourceKey, version: sourceVersion)
        _ = try await objects.copy(source, to: version)
        let id = try await commit(
            object, version, isUpsert: writer.isUpsert, .copy, lockMilliseconds: StorageLimits.copyLockMilliseconds)
        return .json(try await copyAnswer(places, id: id))
    }

    /// `{Id, Key}` and the new row's members.
    private func copyAnswer(_ places: Relocation, id: String) async throws -> JSON {
        var answer: JSONObject = ["Id": .string(id), "Key": .string(places.bucket + "/" + places.key)]
        let shown = try await database.run(
            .service(.copy), ObjectStatements.shown(bucket: places.bucket, name: places.key))
        for (name, value) in try shown.first?.json(0).object?.members ?? [] { answer[name] = value }
        return .object(answer)
    }

    /// The metadata of a copy: the source's, or with `copyMetadata: false` the source's with the file fields that were
    /// given, and user metadata from the header.
    private static func copiedMetadata(
        _ row: Row, _ fields: RequestFields, _ headers: HTTPFields, now: Timestamp
    ) throws -> (system: JSON, user: JSON?) {
        var system = try row.optionalJSON(1)?.object ?? [:]
        system["lastModified"] = .string(now.rfc3339(fractionDigits: 3))
        if try fields.bool("copyMetadata") ?? true { return (.object(system), try row.optionalJSON(2)) }
        if let given = try fields.object("metadata") {
            if let value = try given.text("cacheControl"), HTTPField.isValidValue(value) {
                system["cacheControl"] = .string(value)
            }
            if let type = try given.text("mimetype"), HTTPField.isValidValue(type) {
                system["mimetype"] = .string(type)
            }
        }
        return (.object(system), try UserMetadata.parse(header: headers[.xMetadata]))
    }
}
