internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import Postgres

/// Errors in PostgREST's dialect: `{"code","details","hint","message"}`, always all four (contract, section 10).
struct ErrorRenderer: Sendable {
    let configuration: RestConfiguration

    func render(_ error: any Error, for request: GatewayRequest) -> RenderedError {
        switch error {
        case let error as RestError: return render(error)
        case let error as BodyError: return render(error)
        case is CancellationError:
            return render(.database(.cancelled, callerIsAnonymous: false))
        case let error as RoutingError: return render(.request(refusal(error, request)))
        case let error as DatabaseError: return render(.database(error, callerIsAnonymous: false))
        default:
            return RenderedError(
                response(code: "XX000", message: "Internal error", status: .internalServerError),
                cause: "unexpected error of type \(type(of: error))")
        }
    }

    func body(_ error: RestError) -> [UInt8] {
        guard configuration.showsErrorDetails else {
            return JSON.object(["code": .string(error.code), "message": .string(error.message)]).bytes
        }
        let members: JSONObject = [
            "code": .string(error.code), "details": error.details, "hint": .optional(error.hint),
            "message": .string(error.message),
        ]
        return JSON.object(members).bytes
    }

    private func render(_ error: RestError) -> RenderedError {
        var headers: HTTPFields = [
            .contentType: "application/json; charset=utf-8",
            .proxyStatus: "PostgREST; error=\(error.code)",
        ]
        for (name, value) in error.headers {
            guard let name = HTTPField.Name(name), !ResponseHeaders.isReserved(name) else { continue }
            headers.append(HTTPField(name: name, value: value))
        }
        let status = error.status
        if status == .serviceUnavailable { headers[.retryAfter] = String(RestLimits.retryAfterSeconds) }
        if headers[.vary] == nil { headers[.vary] = "Accept, Prefer, Range" }
        let response = Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body(error))))
        guard case .database(let cause, _) = error, status.code >= 500 else { return RenderedError(response) }
        return RenderedError(response, cause: cause.logText)
    }

    private func render(_ error: BodyError) -> RenderedError {
        switch error {
        case .tooLarge(let limit):
            RenderedError(
                response(code: "PGRST102", message: "The body is larger than \(limit)", status: .contentTooLarge))
        case .cutShort, .notJSON:
            RenderedError(
                response(code: "PGRST102", message: "The body could not be read", status: .badRequest))
        }
    }

    /// An answer to what upstream has no code of its own for.
    func response(code: String, message: String, status: HTTPResponse.Status) -> Response {
        .json(
            ["code": .string(code), "details": nil, "hint": nil, "message": .string(message)], status: status,
            contentType: "application/json; charset=utf-8")
    }

    private func refusal(_ error: RoutingError, _ request: GatewayRequest) -> RequestError {
        switch error {
        case .notFound, .badPath: .invalidPath
        case .methodNotAllowed:
            request.path.hasPrefix("/rpc/")
                ? .methodNotForFunctions(request.method.rawValue) : .methodUnsupported(request.method.rawValue)
        }
    }
}
