internal import Core
internal import Cryptography
internal import Gateway
internal import Tokens

/// Finds out who a request acts as (contract, section 8).
struct CallerReader: Sendable {
    let verifier: TokenVerifier?
    let clock: any WallClock
    let anonymousRole: String?
    let audience: String?
    let roleClaim: RoleClaimPath
    /// Whether it is the claim that the verifier reads anyhow.
    private let roleIsPlain: Bool
    private let cache = TokenCache(capacity: RestLimits.tokensCached)

    init(verifier: TokenVerifier?, clock: any WallClock, configuration: RestConfiguration) {
        self.verifier = verifier
        self.clock = clock
        anonymousRole = configuration.anonymousRole
        audience = configuration.audience
        roleClaim = configuration.roleClaim
        roleIsPlain = roleClaim == .role
    }

    /// The caller of a request with these credentials.
    func caller(_ credentials: Credentials) throws(TokenRefusal) -> Caller {
        switch credentials.bearer {
        case .role(let group): return .key(role: group.role)
        case .token(let token): return try caller(token: token)
        case .other(let authorization):
            // A bearer scheme with nothing behind it is an empty token; other schemes are none of ours.
            guard authorization.lowercased().hasPrefix("bearer") else { return try anonymous() }
            guard verifier != nil else { throw .secretMissing }
            throw .empty
        case .none: return try anonymous()
        }
    }

    private func anonymous() throws(TokenRefusal) -> Caller {
        guard let anonymousRole else { throw .anonymousDisabled }
        return .key(role: anonymousRole)
    }

    private func caller(token: String) throws(TokenRefusal) -> Caller {
        guard let verifier else { throw .secretMissing }
        guard !token.isEmpty else { throw .empty }
        let now = clock.now()
        let verified = try verify(token, with: verifier, now: now)
        if let issuedAt = verified.issuedAt, issuedAt > now.advanced(by: RestLimits.clockSkew) {
            throw .issuedInFuture
        }
        try check(audience: verified.audienceClaim)
        guard let role = role(in: verified) ?? anonymousRole else { throw .anonymousDisabled }
        var claimsText = verified.claimsText
        if verified.role != role {
            // Policies read the role from the claims, so the one that counts stands there.
            var claims = verified.claims
            claims["role"] = .string(role)
            claimsText = JSON.object(claims).text
        }
        return Caller(role: role, subject: verified.subject, claimsText: claimsText)
    }

    /// Verifies with the allowed difference between clocks: a token just expired is looked at again as of its last
    /// moment, one not yet valid as of its first.
    private func verify(
        _ token: String, with verifier: TokenVerifier, now: Timestamp
    ) throws(TokenRefusal) -> VerifiedToken {
        do throws(TokenError) {
            do throws(TokenError) {
                return try cache.verify(token, with: verifier, now: now)
            } catch {
                switch error {
                case .expired(let end) where end.advanced(by: RestLimits.clockSkew) >= now:
                    return try cache.verify(token, with: verifier, now: end.advanced(by: .microseconds(-1)))
                case .notYetValid(let start) where start <= now.advanced(by: RestLimits.clockSkew):
                    return try cache.verify(token, with: verifier, now: start)
                default: throw error
                }
            }
        } catch {
            throw TokenRefusal(error, of: token)
        }
    }

    private func check(audience claim: JSON?) throws(TokenRefusal) {
        let named: [String]
        switch claim {
        case nil, .null: return
        case .string(let one): named = [one]
        case .array(let several):
            named = several.compactMap(\.string)
            guard named.count == several.count else { throw .audienceMalformed }
            if named.isEmpty { return }
        default: throw .audienceMalformed
        }
        guard let audience else { return }
        guard named.contains(audience) else { throw .wrongAudience }
    }

    private func role(in token: VerifiedToken) -> String? {
        if roleIsPlain, let role = token.role { return role }
        switch roleClaim.value(in: token.claims) {
        case nil, .null: return nil
        case .string(let role): return role
        case let other?: return other.text
        }
    }
}

extension TokenRefusal {
    init(_ error: TokenError, of token: String) {
        self =
            switch error {
            case .tooLarge, .undecodable, .notAnObject(.header), .algorithmMissing, .criticalExtensions,
                .notAnObject(.signature), .noSigningKey, .signingFailed:
                .undecodable
            case .segmentCount(let count): count == 0 ? .empty : .partCount(count)
            case .notAnObject(.claims), .claimNotText: .claimsUnreadable
            case .algorithmNotAllowed(let name) where name == "none":
                .algorithm(details: "JWT is unsecured but expected 'alg' was not 'none'")
            case .algorithmNotAllowed(let name) where SignatureAlgorithm(rawValue: name)?.isUpstream != true:
                .undecodable
            case .algorithmNotAllowed, .unknownKey, .algorithmMismatch:
                .mismatch("No suitable key was found to decode the JWT", token)
            case .signatureInvalid: .mismatch("None of the keys was able to decode the JWT", token)
            case .expired: .expired
            case .notYetValid: .notYetValid
            // Upstream takes a number that is none of its integers for 0.
            case .claimOutOfRange("exp"): .expired
            case .claimNotNumeric(let name), .claimOutOfRange(let name): .claimNotNumeric(name)
            }
    }

    /// Upstream decodes a token whole before it looks for a key.
    private static func mismatch(_ details: String, _ token: String) -> TokenRefusal {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        let isDecodable = parts.dropFirst().allSatisfy { Base64URL.decode(String($0)) != nil }
        return isDecodable ? .keyMismatch(details: details) : .undecodable
    }
}

extension SignatureAlgorithm {
    /// Whether upstream knows it; a token of another algorithm is no token there.
    fileprivate var isUpstream: Bool {
        switch self {
        case .ps256, .ps384, .ps512: false
        case .hs256, .hs384, .hs512, .rs256, .rs384, .rs512, .es256, .es384, .es512, .edDSA: true
        }
    }
}
