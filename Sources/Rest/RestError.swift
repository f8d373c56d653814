internal import Postgres

/// Why a request has no answer: one family a cause, each with its own codes (contract, section 10). Texts and
/// statuses stand in `RestError+Text.swift` and `RestError+Status.swift`.
enum RestError: Error, Sendable {
    /// The request itself (PGRST1xx).
    case request(RequestError)
    /// A name that the schema cache does not resolve (PGRST2xx).
    case schemaCache(SchemaCacheError)
    /// The bearer token (PGRST30x).
    case token(TokenRefusal)
    /// The database refused or could not be reached. A caller without a token is asked for one where a privilege
    /// is missing.
    case database(DatabaseError, callerIsAnonymous: Bool)
    /// PGRST002: the schema cache was never loaded.
    case schemaCacheMissing
}

/// Why a bearer token does not give a caller (contract, section 8).
enum TokenRefusal: Error, Sendable, Hashable {
    /// A token came, but no secret is configured.
    case secretMissing
    /// No token, and nobody may come without one.
    case anonymousDisabled
    case empty
    case partCount(Int)
    case undecodable
    case algorithm(details: String?)
    /// No key fits, or the signature is by none of them.
    case keyMismatch(details: String?)
    case claimsUnreadable
    case expired
    case notYetValid
    case issuedInFuture
    case wrongAudience
    case claimNotNumeric(String)
    case audienceMalformed
}
