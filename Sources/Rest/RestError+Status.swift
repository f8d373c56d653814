internal import Core
internal import HTTPTypes
internal import Postgres

extension RestError {
    var status: HTTPResponse.Status {
        switch self {
        case .request(let error): error.status
        case .schemaCache(let error): HTTPResponse.Status(code: error.status)
        case .token(.secretMissing): .internalServerError
        case .token: .unauthorized
        case .database(let error, let isAnonymous): DatabaseFailure(error).status(callerIsAnonymous: isAnonymous)
        case .schemaCacheMissing: .serviceUnavailable
        }
    }

    /// Headers that belong to the error beyond the ones every error has.
    var headers: [(name: String, value: String)] {
        switch self {
        case .request, .schemaCache, .schemaCacheMissing: []
        case .token(let refusal): refusal.challenge.map { [("WWW-Authenticate", $0)] } ?? []
        case .database(let error, _):
            switch DatabaseFailure(error) {
            case .raised(let answer): answer.headers
            case .server, .unstorable, .connection, .client, .poolTimeout, .raiseUnusable:
                status == .unauthorized ? [("WWW-Authenticate", "Bearer")] : []
            }
        }
    }
}
