/// How the gateway listens and whom it believes.
public struct GatewayConfiguration: Sendable {
    public var host = "127.0.0.1"
    public var port = 8000
    /// PEM files; both or neither. Environment: `TLS_CERT`, `TLS_KEY`.
    public var tls: TLSFiles?
    /// Plain HTTP listener that redirects to HTTPS; only with TLS. Environment: `HTTP_REDIRECT_PORT`.
    public var redirectPort: Int?
    /// The URL under which clients reach the gateway; redirects and links are built from it, never from headers.
    public var publicURL = "http://127.0.0.1:8000"
    /// Origins that browsers may call from; empty means any. Environment: `CORS_ALLOWED_ORIGINS`.
    public var allowedOrigins: [String] = []
    /// Networks whose `X-Forwarded-For` is believed. Environment: `TRUSTED_PROXIES`.
    public var trustedProxies: [Network] = []
    /// A client that takes nothing of its answer for this long is disconnected. Environment: `CLIENT_STALL_SECONDS`.
    public var stallMax: Duration = .seconds(60)

    public init() {}

    /// Paths of a certificate chain, leaf first, and of its private key, both PEM.
    public struct TLSFiles: Sendable, Hashable {
        public var certificate: String
        public var key: String
        public init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }
}
