internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Objects
internal import Postgres

/// The case service's dialect: `{"detail": …, "error": …}`, the second for the front end, which reads only that.
enum ErrorRenderer {
    static func render(_ error: any Error) -> RenderedError {
        switch error {
        case let error as CasesError: answer(error.status, error.detail)
        case let error as RoutingError: routing(error)
        case let error as BodyError: body(error)
        case let error as MultipartError:
            answer(error.isTooLarge ? .contentTooLarge : .badRequest, .string("Malformed form data: \(error)"))
        case let error as ObjectError: object(error)
        case let error as DatabaseError: database(error)
        case is CancellationError: answer(.init(code: 499), "The client closed the request")
        default: failure("unexpected \(type(of: error)): \(error)")
        }
    }

    private static func routing(_ error: RoutingError) -> RenderedError {
        switch error {
        case .notFound, .badPath: return answer(.notFound, "Not Found")
        case .methodNotAllowed(let allowed):
            var rendered = answer(.methodNotAllowed, "Method Not Allowed")
            rendered.response.headers[.allow] = allowed.map(\.rawValue).joined(separator: ", ")
            return rendered
        }
    }

    private static func body(_ error: BodyError) -> RenderedError {
        switch error {
        case .tooLarge(let limit): answer(.contentTooLarge, .string("The body is larger than \(limit)"))
        case .cutShort: answer(.badRequest, "The body ended early")
        case .notJSON(let error):
            answer(
                .unprocessableContent,
                CasesError.validation([
                    Violation(type: "json_invalid", location: ["body"], message: "JSON decode error: \(error)")
                ]).detail)
        }
    }

    private static func object(_ error: ObjectError) -> RenderedError {
        switch error {
        case .outOfSpace: render(CasesError.storageFull)
        case .bodyFailed(let cause as MultipartError): render(cause)
        case .bodyFailed, .cancelled, .sizeMismatch: answer(.badRequest, "The body ended early")
        case .tooLarge(let limit): answer(.contentTooLarge, .string("The file is larger than \(limit)"))
        case .invalidVersion, .notFound, .versionExists, .invalidRange, .storeFailed: failure("object store: \(error)")
        }
    }

    private static func database(_ error: DatabaseError) -> RenderedError {
        if error.sqlState == .diskFull { return render(CasesError.storageFull) }
        if error.isTransient {
            var rendered = answer(.serviceUnavailable, "The database is not available, try again")
            rendered.response.headers[.retryAfter] = "1"
            rendered.cause = error.logText
            return rendered
        }
        switch error.sqlState {
        // Row-level security hides what is not the doctor's; a write that it refuses is told the same way.
        case .insufficientPrivilege, SQLState(rawValue: "P0002"): return render(CasesError.caseNotFound)
        case .foreignKeyViolation where error.serverError?.constraint == "cases_doctor_id_fkey":
            return render(CasesError.notAuthenticated(reason: "The signed-in user no longer exists"))
        // The case was deleted while the request ran.
        case .foreignKeyViolation: return render(CasesError.caseNotFound)
        case .queryCanceled: return answer(.serviceUnavailable, "The database took too long, try again")
        default: return failure(error.logText)
        }
    }

    private static func failure(_ cause: String) -> RenderedError {
        RenderedError(
            answer(.internalServerError, "Internal server error: see the server log under this request's id").response,
            cause: cause)
    }

    private static func answer(_ status: HTTPResponse.Status, _ detail: JSON) -> RenderedError {
        let summary: JSON =
            switch detail {
            case .string: detail
            default: .string(firstMessage(detail) ?? status.reasonPhrase)
            }
        var headers = HTTPFields()
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        return RenderedError(.json(["detail": detail, "error": summary], status: status, headers: headers))
    }

    /// `patient_age: Input should be …`
    private static func firstMessage(_ detail: JSON) -> String? {
        guard let first = detail.array?.first, let message = first["msg"]?.string else { return nil }
        let field = first["loc"]?.array?.last?.string
        return field.map { "\($0): \(message)" } ?? message
    }
}
