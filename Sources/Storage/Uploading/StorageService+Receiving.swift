internal import Core
internal import Gateway
internal import HTTPTypes
internal import NIOCore

extension StorageService {
    /// Reads an upload's head and body, raw or multipart (storage contract, section 5), and stores it.
    func receive(
        _ request: GatewayRequest, into bucket: Bucket, key: String, by writer: Writer, _ operation: Operation
    ) async throws -> String {
        guard let contentType = request.headers[.contentType], !contentType.isEmpty else {
            return try await receiveRaw(
                request, into: bucket, key: key, contentType: "application/octet-stream", by: writer, operation)
        }
        if request.mediaType == "multipart/form-data" {
            return try await receiveForm(request, into: bucket, key: key, by: writer, operation)
        }
        guard MimeRule.isTypeAndSubtype(request.mediaType ?? "") else { throw StorageError.invalidContentType }
        return try await receiveRaw(
            request, into: bucket, key: key, contentType: contentType, by: writer, operation)
    }

    private func receiveRaw(
        _ request: GatewayRequest, into bucket: Bucket, key: String, contentType: String, by writer: Writer,
        _ operation: Operation
    ) async throws -> String {
        let pending = PendingUpload(
            bucket: bucket, key: key, contentType: contentType,
            cacheControl: request.headers[.cacheControl] ?? "no-cache",
            robots: try RobotsTag.validated(request.headers[.xRobotsTag]),
            userMetadata: try UserMetadata.parse(header: request.headers[.xMetadata]),
            declaredSize: request.contentLength)
        return try await upload(pending, by: writer, operation, request, body: request.body)
    }

    private func receiveForm(
        _ request: GatewayRequest, into bucket: Bucket, key: String, by writer: Writer, _ operation: Operation
    ) async throws -> String {
        var limits = MultipartLimits()
        limits.partsMax = StorageLimits.formPartsMax
        limits.fieldMax = StorageLimits.userMetadata
        limits.messageMax = .bytes(
            bucket.sizeLimit(serverLimit: configuration.fileSizeLimit).bytes + StorageLimits.formOverhead.bytes)
        do {
            let reader = try request.multipart(limits: limits)
            var pending = PendingUpload(
                bucket: bucket, key: key, contentType: "", cacheControl: "no-cache",
                robots: try RobotsTag.validated(request.headers[.xRobotsTag]),
                userMetadata: try UserMetadata.parse(header: request.headers[.xMetadata]))
            guard let file = try await readFields(reader, into: &pending) else { throw StorageError.noContent }
            if pending.contentType.isEmpty { pending.contentType = file.contentType ?? "application/octet-stream" }
            return try await upload(pending, by: writer, operation, request, body: file.body) {
                // To the closing delimiter, so that half a message is no upload.
                while let part = try await reader.nextPart() {
                    if part.fileName != nil { throw StorageError.invalidRequest("Only one file may be uploaded") }
                }
            }
        } catch let error as MultipartError {
            throw StorageError(error)
        }
    }

    /// Takes the fields before the file, which are the only ones that count, and returns the file.
    private func readFields(
        _ reader: MultipartReader, into pending: inout PendingUpload
    ) async throws -> MultipartPart? {
        while let part = try await reader.nextPart() {
            if part.fileName != nil { return part }
            switch part.name {
            case "cacheControl":
                let value = "max-age=" + (try await part.collectText(limit: StorageLimits.formFieldMax))
                if HTTPField.isValidValue(value) { pending.cacheControl = value }
            case "contentType":
                let type = try await part.collectText(limit: StorageLimits.formFieldMax)
                if HTTPField.isValidValue(type) { pending.contentType = type }
            case "metadata", "userMetadata":
                if let metadata = try UserMetadata.parse(await part.collectBytes()) { pending.userMetadata = metadata }
            default: break
            }
        }
        return nil
    }
}

extension HTTPField.Name {
    static let xRobotsTag = HTTPField.Name.storage("x-robots-tag")
    static let xMetadata = HTTPField.Name.storage("x-metadata")
    static let xUpsert = HTTPField.Name.storage("x-upsert")
    static let clientInfo = HTTPField.Name.storage("x-client-info")

    /// A name known to be legal when the program is written.
    private static func storage(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is no field name") }
        return name
    }
}
