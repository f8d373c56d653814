internal import Core
internal import Gateway
internal import HTTPTypes
internal import Tokens

/// Works out who a request acts as (storage contract, section 1).
struct CallerReader: Sendable {
    let verifier: TokenVerifier
    let clock: any WallClock
    /// Roles that would act as the service itself: setting `none`, or the login's own name, takes no right away.
    private let reservedRoles: Set<String>
    private let cache = TokenCache()

    /// - Parameter login: the role the service's pool logs in as.
    init(verifier: TokenVerifier, clock: any WallClock, login: String?) {
        self.verifier = verifier
        self.clock = clock
        reservedRoles = ["none", "supabase_storage_admin", login ?? "none"]
    }

    /// The caller of a route that asks for one. Throws `.schemaViolation` without credentials and `.accessDenied` for
    /// a token that does not verify.
    func required(_ request: GatewayRequest) throws(StorageError) -> Identity {
        let credentials = request.credentials
        switch credentials.bearer {
        case .token(let token):
            do throws(TokenError) {
                let caller = try cache.verify(token, with: verifier, now: clock.now()).caller()
                if !reservedRoles.contains(caller.role) { return Identity(caller: caller, token: token) }
            } catch {
                throw .accessDenied(error.storageMessage)
            }
            throw .accessDenied("Access denied")
        case .role(let group): return Identity(caller: .key(role: group.role), token: nil)
        case .other: throw .accessDenied(TokenError.segmentCount(0).storageMessage)
        case .none: break
        }
        switch request.headers[.authorization] {
        case nil:
            // The key alone stands in for a token.
            if let key = credentials.key { return Identity(caller: .key(role: key.role), token: nil) }
        case let value? where !value.isEmpty: throw .accessDenied(TokenError.segmentCount(0).storageMessage)
        case .some: break
        }
        throw .schemaViolation("headers must have required property 'authorization'")
    }

    /// The caller of a route that can do without: no token and a bad token are the same.
    func optional(_ request: GatewayRequest) -> Identity? {
        // Why the token is bad does not matter: the request is then an anonymous one.
        try? required(request)
    }
}
