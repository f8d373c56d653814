public import Core
public import Cryptography

/// Why a token is refused, or could not be issued. Holds facts about its form, never its content beyond the names of
/// its algorithm and key.
public enum TokenError: Error, Sendable, Hashable {
    /// Which of the three segments.
    public enum Part: String, Sendable, Hashable { case header, claims, signature }

    case tooLarge(bytes: Int, bytesMax: Int)
    /// Not three segments.
    case segmentCount(Int)
    /// Not base64url without padding.
    case undecodable(Part)
    /// Not a JSON object.
    case notAnObject(Part)
    /// No `alg` that is a text.
    case algorithmMissing
    /// `crit` asks for extensions (RFC 7515, section 4.1.11); there are none here.
    case criticalExtensions
    /// An algorithm, for example `none`, that no configured key has.
    case algorithmNotAllowed(String)
    /// No configured key of this name.
    case unknownKey(keyID: String?, algorithm: SignatureAlgorithm)
    /// The key named is for another algorithm: the confusion of a public key with a secret.
    case algorithmMismatch(algorithm: String, keyAlgorithm: SignatureAlgorithm)
    case signatureInvalid
    case expired(at: Timestamp)
    case notYetValid(before: Timestamp)
    /// `exp`, `nbf` or `iat` is no number.
    case claimNotNumeric(String)
    /// `exp`, `nbf` or `iat` is a number that is no time.
    case claimOutOfRange(String)
    /// `role`, `sub` or `session_id` is no text.
    case claimNotText(String)
    /// No key signs.
    case noSigningKey
    case signingFailed(KeyError)
}

extension TokenError: CustomStringConvertible {
    /// A short text without secrets, fit for logs.
    public var description: String {
        switch self {
        case .tooLarge(let bytes, let max): "the token has \(bytes) bytes, at most \(max) are accepted"
        case .segmentCount(let count): "the token has \(count) segments instead of 3"
        case .undecodable(let part): "the token's \(part.rawValue) is not base64url"
        case .notAnObject(let part): "the token's \(part.rawValue) is not a JSON object"
        case .algorithmMissing: "the token names no algorithm"
        case .criticalExtensions: "the token demands extensions"
        case .algorithmNotAllowed: "the token's algorithm is not allowed"
        case .unknownKey: "no key of the token's name is configured"
        case .algorithmMismatch: "the token's key is for another algorithm"
        case .signatureInvalid: "the token's signature is invalid"
        case .expired(let time): "the token expired at \(time.rfc3339(fractionDigits: 0))"
        case .notYetValid(let time): "the token is not valid before \(time.rfc3339(fractionDigits: 0))"
        case .claimNotNumeric(let name): "the claim \(name) is not a number"
        case .claimOutOfRange(let name): "the claim \(name) is not a time"
        case .claimNotText(let name): "the claim \(name) is not a text"
        case .noSigningKey: "no key is configured that signs"
        case .signingFailed(let error): "signing failed: \(error)"
        }
    }

    /// The text GoTrue's clients know for `bad_jwt`: it starts with "invalid JWT: unable to parse or verify signature",
    /// followed by the reason in the words of the library behind GoTrue.
    public var authMessage: String { "invalid JWT: unable to parse or verify signature, " + authReason }

    private var authReason: String {
        switch self {
        case .tooLarge: "token is malformed: token is too large"
        case .segmentCount: "token is malformed: token contains an invalid number of segments"
        case .undecodable(.signature): "token is malformed: could not base64 decode signature"
        case .undecodable(let part):
            "token is malformed: could not base64 decode \(part == .header ? "header" : "claim")"
        case .notAnObject(let part): "token is malformed: could not JSON decode \(part == .header ? "header" : "claim")"
        case .algorithmMissing: "token is unverifiable: signing method (alg) is unspecified"
        case .criticalExtensions: "token is unverifiable: critical header parameters are not supported"
        case .algorithmNotAllowed(let name): "token signature is invalid: signing method \(name) is invalid"
        case .algorithmMismatch(let name, _): "token signature is invalid: signing method \(name) is invalid"
        case .unknownKey(let keyID, let algorithm):
            "token is unverifiable: error while executing keyfunc: unrecognized JWT kid \(keyID ?? "<nil>") for "
                + "algorithm \(algorithm.rawValue)"
        case .signatureInvalid: "token signature is invalid: signature is invalid"
        case .expired: "token has invalid claims: token is expired"
        case .notYetValid: "token has invalid claims: token is not valid yet"
        case .claimNotNumeric(let name), .claimOutOfRange(let name), .claimNotText(let name):
            "token has invalid claims: invalid type for claim: \(name) is invalid"
        case .noSigningKey, .signingFailed: description
        }
    }

    /// The text Storage's clients know, in the words of the library behind it.
    public var storageMessage: String {
        switch self {
        case .tooLarge, .segmentCount, .undecodable, .criticalExtensions: "Invalid Compact JWS"
        case .notAnObject(.claims): "JWT Claims Set must be a top-level JSON object"
        case .notAnObject: "JWS Protected Header is invalid"
        case .algorithmMissing: "JWS \"alg\" (Algorithm) Header Parameter missing or invalid"
        case .algorithmNotAllowed, .algorithmMismatch: "\"alg\" (Algorithm) Header Parameter value not allowed"
        case .unknownKey: "no applicable key found in the JSON Web Key Set"
        case .signatureInvalid: "signature verification failed"
        case .expired: "\"exp\" claim timestamp check failed"
        case .notYetValid: "\"nbf\" claim timestamp check failed"
        case .claimNotNumeric(let name), .claimOutOfRange(let name): "\"\(name)\" claim must be a number"
        case .claimNotText(let name): "\"\(name)\" claim must be a string"
        case .noSigningKey, .signingFailed: description
        }
    }
}
