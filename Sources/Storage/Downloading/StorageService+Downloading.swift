internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import Objects

extension StorageService {
    /// Answers GET or HEAD with an object's bytes or their headers (storage contract, section 7).
    /// - Parameter expires: the end of the signed URL that was used; such answers carry it instead of Cache-Control.
    func download(
        _ record: ObjectRecord, _ request: GatewayRequest, expires: Timestamp? = nil
    ) async throws -> Response {
        let version = try record.storedVersion()
        var headers = downloadHeaders(record, request, expires: expires)
        let conditions = Conditions(request.headers, etag: record.etag, lastModified: record.changedAt)
        switch conditions {
        case .notModified: return notModified(headers)
        case .changed where expires == nil:
            let addition = request.method == .head ? "must-revalidate" : "stale-while-revalidate=30"
            headers[.cacheControl] = record.cacheControl + ", " + addition
        case .changed, .none: break
        }
        if request.method == .head {
            headers[.contentLength] = String(try await objects.stat(version).size)
            return .empty(.ok, headers: headers)
        }
        var range: Range<Int>?
        if let header = request.headers[.range],
            Conditions.rangeHolds(request.headers, etag: record.etag, lastModified: record.changedAt)
        {
            let size: Int
            if let known = record.size { size = known } else { size = try await objects.stat(version).size }
            range = try ByteRange.parse(header, size: size)
        }
        let reader = try await objects.read(version, range: range)
        if range != nil {
            headers[.contentRange] =
                "bytes \(reader.range.lowerBound)-\(reader.range.upperBound - 1)/\(reader.size)"
        }
        // The writer takes a buffer when the connection has room for it; a client that leaves ends the loop with an
        // error, and the reader closes the file.
        let body = ResponseBody(contentLength: reader.range.count) { writer in
            for try await buffer in reader { try await writer.write(buffer) }
            try await writer.finish(nil)
        }
        return Response(status: range == nil ? .ok : .partialContent, headers: headers, body: body)
    }

    private func notModified(_ headers: HTTPFields) -> Response {
        var response = Response.empty(.notModified, headers: headers)
        // The length of a body that is not sent would be that of the object (RFC 9110, 8.6), not zero.
        response.headers[.contentLength] = nil
        response.headers[.contentType] = nil
        return response
    }

    private func downloadHeaders(_ record: ObjectRecord, _ request: GatewayRequest, expires: Timestamp?) -> HTTPFields {
        var headers = HTTPFields()
        headers[.acceptRanges] = "bytes"
        // Pages that a stranger uploaded must not run under this origin.
        headers[.contentType] =
            record.contentType.lowercased().hasPrefix("text/html") ? "text/plain" : record.contentType
        headers[.xContentTypeOptions] = "nosniff"
        headers[.eTag] = record.etag
        headers[.lastModified] = HTTPDate.format(record.changedAt)
        headers[.xRobotsTag] = record.robots
        if let expires {
            headers[.expires] = HTTPDate.format(expires)
        } else {
            headers[.cacheControl] = record.cacheControl
        }
        if let name = request.query["download"] {
            let encoded = PercentCoding.encode(name)
            headers[.contentDisposition] =
                name.isEmpty ? "attachment;" : "attachment; filename=\(encoded); filename*=UTF-8''\(encoded)"
        }
        return headers
    }
}
