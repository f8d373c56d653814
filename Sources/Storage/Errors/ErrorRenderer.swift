internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres

/// Errors in the dialect of Storage: `statusCode`, `error`, `message`, `code`.
enum ErrorRenderer {
    static func render(_ error: any Error, for request: GatewayRequest) -> RenderedError {
        let failure = StorageError(error, for: request)
        var headers = HTTPFields()
        switch failure {
        case .bytesGone: headers[.cacheControl] = "no-store"
        case .invalidRange(let size): headers[.contentRange] = "bytes */\(size)"
        default: break
        }
        let status = HTTPResponse.Status(code: failure.httpStatus)
        let cause = cause(of: failure, from: error)
        // Clients' `exists()` reads the status alone, and a body would stay on the connection.
        if request.method == .head { return RenderedError(.empty(status, headers: headers), cause: cause) }
        let body: JSON = [
            "statusCode": .string(String(failure.bodyStatus)), "error": .string(failure.legacyName),
            "message": .string(failure.message), "code": .string(failure.code),
        ]
        return RenderedError(.json(body, status: status, headers: headers), cause: cause)
    }

    /// What the log says of failures that are not the client's.
    private static func cause(of failure: StorageError, from error: any Error) -> String? {
        guard failure.bodyStatus >= 500 else { return nil }
        if let error = error as? DatabaseError { return error.logText }
        if case .failed(let cause) = failure { return cause }
        return failure.code
    }
}
