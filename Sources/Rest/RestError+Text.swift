internal import Core

extension RestError {
    /// `code` of the body, also named in `Proxy-Status`.
    var code: String {
        switch self {
        case .request(let error): error.code
        case .schemaCache(let error): error.code
        case .token(let refusal): refusal.code
        case .database(let error, _): DatabaseFailure(error).code
        case .schemaCacheMissing: "PGRST002"
        }
    }

    var message: String {
        switch self {
        case .request(let error): error.message
        case .schemaCache(let error): error.message
        case .token(let refusal): refusal.message
        case .database(let error, _): DatabaseFailure(error).message
        case .schemaCacheMissing: "Could not query the database for the schema cache. Retrying."
        }
    }

    var details: JSON {
        switch self {
        case .request(let error): error.details
        case .schemaCache(let error): error.details ?? .null
        case .token(let refusal): .optional(refusal.details)
        case .database(let error, _): DatabaseFailure(error).details
        case .schemaCacheMissing: .null
        }
    }

    var hint: String? {
        switch self {
        case .request(let error): error.hint
        case .schemaCache(let error): error.hint
        case .token, .schemaCacheMissing: nil
        case .database(let error, _): DatabaseFailure(error).hint
        }
    }
}

extension TokenRefusal {
    var code: String {
        switch self {
        case .secretMissing: "PGRST300"
        case .empty, .partCount, .keyMismatch, .algorithm, .undecodable: "PGRST301"
        case .anonymousDisabled: "PGRST302"
        case .expired, .notYetValid, .issuedInFuture, .wrongAudience, .claimsUnreadable, .claimNotNumeric,
            .audienceMalformed:
            "PGRST303"
        }
    }

    var message: String {
        switch self {
        case .secretMissing: "Server lacks JWT secret"
        case .empty: "Empty JWT is sent in Authorization header"
        case .partCount(let count): "Expected 3 parts in JWT; got \(count)"
        case .keyMismatch: "No suitable key or wrong key type"
        case .algorithm: "Wrong or unsupported encoding algorithm"
        case .undecodable: "JWT cryptographic operation failed"
        case .anonymousDisabled: "Anonymous access is disabled"
        case .expired: "JWT expired"
        case .notYetValid: "JWT not yet valid"
        case .issuedInFuture: "JWT issued at future"
        case .wrongAudience: "JWT not in audience"
        case .claimsUnreadable: "Parsing claims failed"
        case .claimNotNumeric(let name): "The JWT '\(name)' claim must be a number"
        case .audienceMalformed: "The JWT 'aud' claim must be a string or an array of strings"
        }
    }

    var details: String? {
        switch self {
        case .keyMismatch(let details), .algorithm(let details): details
        case .secretMissing, .empty, .partCount, .undecodable, .anonymousDisabled, .expired, .notYetValid,
            .issuedInFuture, .wrongAudience, .claimsUnreadable, .claimNotNumeric, .audienceMalformed:
            nil
        }
    }

    /// The value of `WWW-Authenticate` (RFC 6750, section 3); nil where the fault is ours.
    var challenge: String? {
        switch code {
        case "PGRST300": nil
        case "PGRST302": "Bearer"
        default: "Bearer error=\"invalid_token\", error_description=\"\(message)\""
        }
    }
}
