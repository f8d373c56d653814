public import Core
public import Cryptography
internal import Synchronization

/// The keys that tokens are signed and verified with. A rotation is a new key set with the old keys in it.
public struct TokenKeySet: Sendable {
    /// The key that new tokens are signed with.
    public let signer: SigningKey?
    /// The algorithms accepted at all; each key accepts its own only.
    public let algorithms: Set<SignatureAlgorithm>
    /// Changes with every key set made, so that nothing verified under other keys is believed any more.
    public let generation: UInt64

    private let named: [String: [VerificationKey]]
    /// Tried in order for HS256 tokens that name a key we do not know: the shared secret, then those it replaced.
    private let fallbacks: [VerificationKey]
    /// Tried in order for tokens that name no key at all: every key of their algorithm, at most
    /// ``TokenLimits/keysMax``.
    private let byAlgorithm: [SignatureAlgorithm: [VerificationKey]]

    /// Collects keys as GoTrue's configuration has them.
    /// - Parameters:
    ///   - secret: the shared HS256 secret (`JWT_SECRET`), used as its UTF-8 bytes.
    ///   - previousSecrets: secrets that were used before; tokens signed with them stay valid.
    ///   - secretKeyID: the `kid` that tokens signed with the secret carry (`GOTRUE_JWT_KEY_ID`).
    ///   - keys: private or public JWKs (`GOTRUE_JWT_KEYS`); the one with `sign` among its `key_ops` signs.
    ///   - validMethods: the algorithms accepted (`GOTRUE_JWT_VALID_METHODS`); nil for those of `keys`, or HS256 when
    ///     there are none.
    public init(
        secret: Secret<String>? = nil, previousSecrets: [Secret<String>] = [], secretKeyID: String? = nil,
        keys: [JSON] = [], validMethods: Set<SignatureAlgorithm>? = nil
    ) throws(TokenKeySetError) {
        guard keys.count + previousSecrets.count <= TokenLimits.keysMax else {
            throw .tooMany(count: keys.count + previousSecrets.count, countMax: TokenLimits.keysMax)
        }
        var collected = try CollectedKeys(keys)
        let allowed = validMethods ?? (keys.isEmpty ? [.hs256] : collected.algorithms)
        for (position, text) in ([secret] + previousSecrets).enumerated() {
            guard let text else { continue }
            try collected.add(secret: text, position: position, keyID: position == 0 ? secretKeyID : nil)
        }
        if collected.signer == nil {
            guard !keys.isEmpty || collected.sharedSecret != nil else { throw .empty }
            guard let secret = collected.sharedSecret, allowed.contains(.hs256) else { throw .noSigner }
            collected.signer = secret
        }
        signer = collected.signer
        algorithms = allowed
        named = collected.named.mapValues { [$0] }
        fallbacks = collected.fallbacks
        byAlgorithm = TokenKeySet.grouped(collected.fallbacks, named)
        generation = TokenKeySet.generations.wrappingAdd(1, ordering: .relaxed).newValue
    }

    /// Keys of somebody else that only verify, for example an identity provider's JWKS. Keys that are not usable for
    /// signatures or not supported are left out, as RFC 7517 (section 5) asks.
    public init(verifyingWith jwks: JSON) {
        var named: [String: VerificationKey] = [:]
        for entry in (jwks["keys"]?.array ?? []).prefix(TokenLimits.keysMax) {
            // A public document has no business with symmetric keys.
            guard let jwk = entry.object, jwk["kty"] != "oct", let keyID = jwk["kid"]?.string, named[keyID] == nil
            else {
                continue
            }
            // Unusable keys are skipped, not fatal: providers publish kinds that we do not know beside those we do.
            named[keyID] = try? VerificationKey(jwk: jwk)
        }
        self.named = named.mapValues { [$0] }
        signer = nil
        algorithms = Set(named.values.map(\.algorithm))
        fallbacks = []
        byAlgorithm = TokenKeySet.grouped([], self.named)
        generation = TokenKeySet.generations.wrappingAdd(1, ordering: .relaxed).newValue
    }

    /// Keys as PostgREST's `jwt-secret` has them: they only verify, and need no names. A token that names a key is
    /// verified with keys of that name alone.
    /// - Parameters:
    ///   - secret: a shared HS256 secret of at least 32 bytes, a JWK, or a JWK set, symmetric keys included: each for
    ///     every algorithm that ``/Cryptography/VerificationKey/all(jwk:)`` gives it. Keys of kinds that are not
    ///     supported are left out.
    ///   - isBase64: whether it is base64, either alphabet.
    ///   - previousSecrets: shared secrets that verify as well.
    public init(
        verifyingWithSecret secret: Secret<String>, isBase64: Bool = false, previousSecrets: [Secret<String>] = []
    ) throws(TokenKeySetError) {
        let collected = try CollectedSecrets(secret, isBase64: isBase64, previousSecrets: previousSecrets)
        signer = nil
        named = collected.named
        fallbacks = []
        byAlgorithm = TokenKeySet.grouped(collected.unnamed, collected.named)
        algorithms = Set(byAlgorithm.keys)
        generation = TokenKeySet.generations.wrappingAdd(1, ordering: .relaxed).newValue
    }

    private static func grouped(
        _ unnamed: [VerificationKey], _ named: [String: [VerificationKey]]
    ) -> [SignatureAlgorithm: [VerificationKey]] {
        // The secret may be among the named ones as well: it is tried once.
        let others = named.sorted { $0.key < $1.key }.flatMap(\.value)
            .filter { key in !key.algorithm.isSymmetric || !unnamed.contains { $0.keyID == key.keyID } }
        return Dictionary(grouping: unnamed + others, by: \.algorithm)
    }

    /// The public halves of the asymmetric keys as a JWK set (RFC 7517), in order of their names; no shared secret is
    /// in it, so it is empty for an HS256-only set.
    public var publicJWKS: JSON {
        let keys = named.sorted { $0.key < $1.key }.flatMap(\.value).compactMap { $0.publicJWK.map(JSON.object) }
        return ["keys": .array(keys)]
    }

    /// The keys that may have signed a token with this header, first the likeliest. Never returns a key of another
    /// algorithm than `algorithm`.
    func candidates(algorithm name: String, keyID: String?) throws(TokenError) -> [VerificationKey] {
        guard let algorithm = SignatureAlgorithm(rawValue: name), algorithms.contains(algorithm) else {
            throw .algorithmNotAllowed(String(name.prefix(TokenLimits.echoedCharactersMax)))
        }
        if let keyID, let keys = named[keyID], let first = keys.first {
            let fitting = keys.filter { $0.algorithm == algorithm }
            guard !fitting.isEmpty else {
                throw .algorithmMismatch(algorithm: name, keyAlgorithm: first.algorithm)
            }
            return fitting
        }
        // A token without a name may be of any key; one with a name nobody knows only of a shared secret, whose name
        // no configuration has to state.
        let candidates = keyID == nil ? byAlgorithm[algorithm] ?? [] : algorithm == .hs256 ? fallbacks : []
        guard !candidates.isEmpty else {
            throw .unknownKey(
                keyID: keyID.map { String($0.prefix(TokenLimits.echoedCharactersMax)) }, algorithm: algorithm)
        }
        return candidates
    }

    private static let generations = Atomic<UInt64>(0)
}
