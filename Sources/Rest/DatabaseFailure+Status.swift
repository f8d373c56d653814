internal import HTTPTypes
internal import Postgres

extension DatabaseFailure {
    func status(callerIsAnonymous: Bool) -> HTTPResponse.Status {
        switch self {
        case .server(let error): DatabaseFailure.status(of: error, callerIsAnonymous: callerIsAnonymous)
        case .raised(let answer): answer.status
        case .raiseUnusable(let error): error.status
        case .unstorable: .badRequest
        case .connection, .client: .serviceUnavailable
        case .poolTimeout: .gatewayTimeout
        }
    }

    /// The table of SQLSTATE to status (rest contract, section 10): single conditions first, then classes.
    private static func status(of error: ServerError, callerIsAnonymous: Bool) -> HTTPResponse.Status {
        let state = error.sqlState.rawValue
        switch state {
        case "23503", "23505": return .conflict
        case "25006": return .methodNotAllowed
        case "21000": return error.message.hasSuffix("requires a WHERE clause") ? .badRequest : .internalServerError
        case "22023":
            let isUnknownRole = error.message.hasPrefix("role") && error.message.hasSuffix("does not exist")
            return isUnknownRole ? .unauthorized : .badRequest
        case "53400", "42P17": return .internalServerError
        case "57P01": return .serviceUnavailable
        case "P0001": return .badRequest
        case "42883": return error.message.hasPrefix("function xmlagg(") ? .notAcceptable : .notFound
        case "42P01": return .notFound
        case "42501": return callerIsAnonymous ? .unauthorized : .forbidden
        default: break
        }
        if state.hasPrefix("PT") { return chosenStatus(state.dropFirst(2), reason: error.message) }
        switch error.sqlState.conditionClass {
        case "08", "53": return .serviceUnavailable
        case "0L", "0P", "28": return .forbidden
        case "09", "25", "2D", "38", "39", "3B", "40", "54", "55", "57", "58", "F0", "HV", "P0", "XX":
            return .internalServerError
        default: return .badRequest
        }
    }

    /// SQLSTATE `PTnnn` chooses the status; the message becomes the reason phrase, as far as one line can hold it.
    private static func chosenStatus(_ digits: Substring, reason: String) -> HTTPResponse.Status {
        guard let code = Int(digits), (200...599).contains(code) else { return .internalServerError }
        return HTTPResponse.Status(code: code, reasonPhrase: ReasonPhrase.cleaned(reason))
    }
}
