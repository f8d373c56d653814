internal import Gateway
internal import HTTPTypes
internal import Objects
internal import Postgres
internal import Tokens

extension StorageError {
    /// The storage error for anything a handler threw.
    init(_ error: any Error, for request: GatewayRequest) {
        switch error {
        case let error as StorageError: self = error
        case let error as DatabaseError: self.init(error)
        case let error as ObjectError: self.init(error)
        case let error as TokenError: self = .accessDenied(error.storageMessage)
        case let error as BodyError: self.init(error)
        case let error as MultipartError: self.init(error)
        case is RoutingError: self = .routeNotFound(method: request.method.rawValue, path: request.path)
        case is CancellationError: self = .aborted
        default: self = .failed(cause: "\(type(of: error))")
        }
    }

    init(_ error: BodyError) {
        self =
            switch error {
            case .tooLarge: .entityTooLarge
            case .cutShort: .aborted
            case .notJSON: .schemaViolation("Body is not valid JSON but content-type is set to 'application/json'")
            }
    }

    init(_ error: MultipartError) {
        switch error {
        case .notMultipart, .boundaryMissing, .boundaryIllegal: self = .invalidContentType
        case .partPassed, .alreadyReading: self = .failed(cause: error.description)
        default: self = error.isTooLarge ? .entityTooLarge : .invalidRequest(error.description)
        }
    }

    init(_ error: ObjectError) {
        switch error {
        case .notFound, .invalidVersion: self = .bytesGone
        case .tooLarge: self = .entityTooLarge
        case .outOfSpace: self = .outOfSpace
        case .cancelled, .sizeMismatch: self = .aborted
        case .bodyFailed(let cause):
            if let cause = cause as? MultipartError { self.init(cause) } else { self = .aborted }
        case .invalidRange(_, let size): self = .invalidRange(size: size)
        case .versionExists, .storeFailed: self = .failed(cause: error.description)
        }
    }

    /// The table of SQLSTATEs (contract, section 2).
    init(_ error: DatabaseError) {
        switch error {
        case .server(let server): self.init(server, logText: error.logText)
        case .poolExhausted: self = .overloaded
        case .unavailable, .connectionLost, .shuttingDown: self = .databaseUnavailable
        case .cancelled: self = .aborted
        case .invalidParameter: self = .invalidParameter("value")
        case .unexpectedResult: self = .failed(cause: error.logText)
        }
    }

    private init(_ error: ServerError, logText: String) {
        switch error.sqlState.rawValue {
        case "42501": self = .accessDenied("new row violates row-level security policy")
        case "23505":
            switch error.table {
            case "buckets": self = .bucketAlreadyExists
            case "objects": self = .keyAlreadyExists
            default: self = .resourceAlreadyExists
            }
        case "23503": self = .relatedResourceMissing
        case "55P03": self = .resourceLocked
        case "57014": self = .databaseTimeout
        case "25006": self = .databaseReadOnly
        case "42P17", "42703", "42P01": self = .databaseSchema
        case "53100": self = .outOfSpace
        case "53300": self = .overloaded
        default:
            // Class 22 is data of the caller's that PostgreSQL cannot take: bad text for a type, \u0000 in JSON.
            self = error.sqlState.conditionClass == "22" ? .invalidParameter("value") : .failed(cause: logText)
        }
    }
}
