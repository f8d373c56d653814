internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres
internal import Tokens

/// Errors in GoTrue's two dialects (contract, section 2): clients that send an API version from 2024-01-01 on read
/// `{"code","message"}`, all others `{"code":<status>,"error_code","msg"}`.
struct ErrorRenderer: Sendable {
    /// The one version that changed the body.
    static let version = "2024-01-01"

    func render(_ error: any Error, for request: GatewayRequest) -> RenderedError {
        switch error {
        case let error as AuthError: return render(error, for: request)
        case let error as RoutingError: return render(error, for: request)
        case let error as BodyError: return render(error, for: request)
        case let error as DatabaseError: return render(.database(error, during: .reading), for: request)
        case let error as TokenError:
            // Verification maps its refusals itself; what arrives here is a token that could not be issued.
            return render(.failed(cause: "issuing a token: \(error)"), for: request)
        case is CancellationError:
            return render(.failed(cause: "the request was cancelled"), for: request)
        default: return render(.failed(cause: "unexpected error of type \(type(of: error))"), for: request)
        }
    }

    private func render(_ error: AuthError, for request: GatewayRequest) -> RenderedError {
        let isNew = ErrorRenderer.speaksNew(request)
        if !isNew, case .database(let database, _) = error, let raised = Raised(database) {
            return RenderedError(raised.response, cause: database.logText)
        }
        if case .oauth(let fault) = error {
            let body: JSONObject = ["error": .string(fault.error), "error_description": .string(fault.description)]
            var headers: HTTPFields = [.cacheControl: "no-store"]
            // RFC 6749, section 5.2: who tried to authenticate by header is told how.
            if fault.status == .unauthorized { headers[.wwwAuthenticate] = "Basic realm=\"oauth\"" }
            return RenderedError(.json(.object(body), status: fault.status, headers: headers), cause: nil)
        }
        var extra: JSONObject = [:]
        if case .weakPassword(let weakness) = error { extra["weak_password"] = weakness.reasonsJSON }
        let response = body(
            status: error.status, code: error.code, text: error.text, extra: extra, isNew: isNew, requestID: request.id)
        return RenderedError(response, cause: error.cause)
    }

    private func render(_ error: BodyError, for request: GatewayRequest) -> RenderedError {
        let isNew = ErrorRenderer.speaksNew(request)
        switch error {
        case .tooLarge(let limit):
            return RenderedError(
                body(
                    status: .contentTooLarge, code: .tooLarge, text: "Request body is larger than \(limit)", extra: [:],
                    isNew: isNew, requestID: request.id))
        case .cutShort: return render(.badJSON(reason: "the body was cut short"), for: request)
        case .notJSON(let reason): return render(.badJSON(reason: "\(reason)"), for: request)
        }
    }

    /// In JSON, where GoTrue answers with plain text: clients that call what is not built here read a code and a text in
    /// place of failing over the body.
    private func render(_ error: RoutingError, for request: GatewayRequest) -> RenderedError {
        func answer(_ status: HTTPResponse.Status, _ text: String) -> Response {
            body(
                status: status, code: .unknown, text: text, extra: [:], isNew: ErrorRenderer.speaksNew(request),
                requestID: request.id)
        }
        switch error {
        case .notFound, .badPath: return RenderedError(answer(.notFound, "Not found"))
        case .methodNotAllowed(let allowed):
            var response = answer(.methodNotAllowed, "Method not allowed")
            response.headers[.allow] = allowed.map(\.rawValue).joined(separator: ", ")
            return RenderedError(response)
        }
    }

    private func body(
        status: HTTPResponse.Status, code: AuthError.Code, text: String, extra: JSONObject, isNew: Bool,
        requestID: String
    ) -> Response {
        var headers: HTTPFields = [.errorCode: code.rawValue]
        var object: JSONObject
        if isNew {
            headers[.apiVersion] = ErrorRenderer.version
            object = ["code": .string(code.rawValue), "message": .string(text)]
        } else {
            object = ["code": .int(status.code), "error_code": .string(code.rawValue), "msg": .string(text)]
            if status.code >= 500 { object["error_id"] = .string(requestID) }
        }
        for (key, value) in extra.members { object[key] = value }
        return .json(.object(object), status: status, headers: headers)
    }

    /// Whether the client asked for a version from 2024-01-01 on; anything that is no date is as if absent.
    static func speaksNew(_ request: GatewayRequest) -> Bool {
        guard let asked = request.headers[.apiVersion] else { return false }
        let parts = asked.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], parts.allSatisfy({ $0.utf8.allSatisfy(isDigit) }),
            let month = Int(parts[1]), let day = Int(parts[2]), (1...12).contains(month), (1...31).contains(day)
        else { return false }
        return asked >= version
    }
}

/// An error that a trigger or constraint of the app raised, which the older dialect shows as it is.
private struct Raised {
    let response: Response

    init?(_ error: DatabaseError) {
        guard let server = error.serverError else { return nil }
        let state = server.sqlState.rawValue
        let isCustomStatus = state.hasPrefix("PT")
        guard isCustomStatus || server.sqlState == .raisedException || server.sqlState.conditionClass == "23" else {
            return nil
        }
        var status = HTTPResponse.Status.internalServerError
        if isCustomStatus, let code = Int(state.dropFirst(2)), (200...599).contains(code) { status = .init(code: code) }
        var object: JSONObject = ["code": .string(state), "message": .string(server.message)]
        // A constraint's detail quotes the row; only what the app's own code raised is passed on.
        if let hint = server.hint { object["hint"] = .string(hint) }
        if let detail = server.detail, server.sqlState.conditionClass != "23" { object["detail"] = .string(detail) }
        response = .json(.object(object), status: status)
    }
}

extension HTTPField.Name {
    static let apiVersion = known("X-Supabase-Api-Version")
    static let errorCode = known("x-sb-error-code")
    static let userID = known("sb-auth-user-id")
    static let sessionID = known("sb-auth-session-id")
    static let requestedAudience = known("X-JWT-AUD")
    static let totalCount = known("X-Total-Count")
    static let link = known("Link")
    static let redirectTo = known("redirect_to")

    /// A name known to be legal when the program is written.
    private static func known(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is no field name") }
        return name
    }
}

func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
