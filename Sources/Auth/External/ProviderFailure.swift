internal import Core

/// Why a provider could not be asked, or what of its answer will not do. `cause` is for the log: what was asked for and
/// the status, no codes, tokens, addresses or bodies.
struct ProviderFailure: Error, Sendable, Hashable {
    let cause: String
}

/// Why an ID token is refused.
enum IDTokenFault: Error, Sendable, Hashable {
    case malformed
    case algorithm
    case unknownKey
    case signature
    case expired
    case notYetValid
    case issuer
    case subjectMissing
    case audience([String])
    case authorizedParty
    case accessTokenHash
    /// The provider's keys could not be had.
    case keysMissing(ProviderFailure)

    var cause: String {
        switch self {
        case .malformed: "the ID token is malformed"
        case .algorithm: "the ID token's algorithm is not accepted"
        case .unknownKey: "the ID token's key is not among the provider's"
        case .signature: "the ID token's signature is invalid"
        case .expired: "the ID token has expired or has no end"
        case .notYetValid: "the ID token is not valid yet"
        case .issuer: "the ID token is another issuer's"
        case .subjectMissing: "the ID token has no subject"
        case .audience: "the ID token is for another client"
        case .authorizedParty: "the ID token was asked for by another client"
        case .accessTokenHash: "the ID token belongs to another access token"
        case .keysMissing(let failure): failure.cause
        }
    }
}
