internal import Core
internal import Cryptography

/// An ID token (OpenID Connect Core 1.0, section 2) as it was sent; nothing in it is true before ``verified(with:now:)``.
struct IDToken: Sendable {
    let algorithm: String
    let keyID: String?
    /// The claim `iss`, to look for the keys that prove it.
    let claimedIssuer: String
    private let claims: JSONObject
    private let signed: [UInt8]
    private let signature: [UInt8]

    init(_ text: String) throws(IDTokenFault) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= ExternalLimits.idToken.bytes, parts.count == 3,
            let header = IDToken.object(parts[0]), let claims = IDToken.object(parts[1]),
            let signature = Base64URL.decode(String(parts[2])), header["crit"] == nil,
            let algorithm = header["alg"]?.string, let issuer = claims["iss"]?.string, !issuer.isEmpty
        else { throw .malformed }
        self.algorithm = algorithm
        keyID = header["kid"]?.string
        claimedIssuer = issuer
        self.claims = claims
        self.signature = signature
        signed = Array((parts[0] + "." + parts[1]).utf8)
    }

    private static func object(_ part: Substring) -> JSONObject? {
        guard let bytes = Base64URL.decode(String(part)) else { return nil }
        let limits = JSONLimits(bytesMax: ExternalLimits.idToken.bytes, depthMax: ExternalLimits.depthMax)
        // Where the JSON goes wrong does not matter to anybody: the token is refused.
        return (try? JSON(parsing: bytes, limits: limits))?.object
    }

    /// What the token says, once a key of the issuer has proven it.
    func verified(with keys: ProviderKeys, now: Timestamp) throws(IDTokenFault) -> IDClaims {
        guard let algorithm = SignatureAlgorithm(rawValue: algorithm), algorithm.isIssued, !algorithm.isSymmetric else {
            throw .algorithm
        }
        let candidates = keys.candidates(algorithm, keyID: keyID)
        guard !candidates.isEmpty else { throw .unknownKey }
        guard candidates.contains(where: { $0.isValid(signature, for: signed) }) else { throw .signature }
        guard let expiry = claims["exp"]?.double, Double(now.seconds) < expiry else { throw .expired }
        if let start = claims["nbf"]?.double {
            let latest = now.advanced(by: ExternalLimits.clockSkew)
            guard start <= Double(latest.seconds) else { throw .notYetValid }
        }
        guard let subject = claims["sub"]?.string, !subject.isEmpty else { throw .subjectMissing }
        return IDClaims(issuer: claimedIssuer, subject: subject, claims: claims)
    }
}

/// What a proven ID token says.
struct IDClaims: Sendable {
    let issuer: String
    let subject: String
    let claims: JSONObject

    /// One text or a list (RFC 7519, section 4.1.3).
    var audience: [String] {
        if let one = claims["aud"]?.string { return [one] }
        return (claims["aud"]?.array ?? []).compactMap(\.string)
    }

    var nonce: String? { claims["nonce"]?.string.flatMap { $0.isEmpty ? nil : $0 } }
    var accessTokenHash: String? { claims["at_hash"]?.string.flatMap { $0.isEmpty ? nil : $0 } }

    /// Google's tokens may name it without scheme; everybody else's name is compared to the letter, save for a slash.
    func checkIssuer(_ expected: String) throws(IDTokenFault) {
        let wanted = expected.withoutTrailingSlash
        let isGoogle = wanted == "https://accounts.google.com" && issuer == "accounts.google.com"
        guard issuer.withoutTrailingSlash == wanted || isGoogle else { throw .issuer }
    }

    /// A token for several audiences must say which of them asked for it (OpenID Connect Core 1.0, section 3.1.3.7). A
    /// token for one may have been asked for by another: a native app's with the server as audience.
    func checkAudience(_ accepted: [String]) throws(IDTokenFault) {
        let audience = audience
        guard accepted.contains(where: { !$0.isEmpty && audience.contains($0) }) else { throw .audience(audience) }
        if audience.count > 1 {
            guard let party = claims["azp"]?.string, accepted.contains(party) else { throw .authorizedParty }
        }
    }

    /// The left half of the access token's hash (section 3.1.3.6); a token without it says nothing.
    func checkAccessToken(_ accessToken: String) throws(IDTokenFault) {
        guard let hash = accessTokenHash else { return }
        let digest = Digest.hash(.sha256, of: accessToken)
        guard constantTimeEqual(Base64URL.encode(Array(digest.prefix(digest.count / 2))), hash) else {
            throw .accessTokenHash
        }
    }
}

/// The keys of a provider.
struct ProviderKeys: Sendable {
    private let keys: [VerificationKey]

    /// Keys of kinds that are not supported, that encrypt or that are too weak are left out (RFC 7517, section 5).
    init(_ document: JSON) {
        keys = (document["keys"]?.array ?? []).prefix(ExternalLimits.keysMax).compactMap { entry in
            // A public document has no business with shared secrets.
            guard let jwk = entry.object, jwk["kty"] != "oct" else { return nil }
            // Providers publish kinds that we do not know beside those we do; those are no keys to us.
            return try? VerificationKey(jwk: jwk)
        }
    }

    /// The key of a name; all of the algorithm where the token names none.
    func candidates(_ algorithm: SignatureAlgorithm, keyID: String?) -> [VerificationKey] {
        keys.filter { $0.algorithm == algorithm && (keyID == nil || $0.keyID == keyID) }
    }

    var isEmpty: Bool { keys.isEmpty }
}
