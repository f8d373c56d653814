/// Settings of the case service.
public struct CasesConfiguration: Sendable {
    /// The URL under which clients reach the gateway, without a trailing slash; file URLs begin with it.
    public var publicURL = "http://127.0.0.1:8000"
    /// How long a file URL works. Environment: `CASES_FILE_URL_SECONDS`.
    public var fileURLLifetime: Duration = .seconds(3600)
    /// Audience that a doctor's token must name. Environment: `GOTRUE_JWT_AUD`.
    public var audience = "authenticated"
    /// Time-out of each statement made for a doctor.
    public var statementTimeout: Duration = .seconds(8)

    public init() {}
}
