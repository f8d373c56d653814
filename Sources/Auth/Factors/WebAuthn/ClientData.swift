internal import Core
internal import Cryptography

/// What the browser says about a ceremony (WebAuthn, section 5.8.1).
struct ClientData: Sendable {
    enum Kind: String, Sendable {
        case create = "webauthn.create"
        case get = "webauthn.get"
    }

    let type: String
    let challenge: [UInt8]
    let origin: String
    let isCrossOrigin: Bool
    /// What the authenticator signed of it.
    let hash: [UInt8]

    init(_ bytes: [UInt8]) throws(WebAuthnFault) {
        let json: JSON
        // Browsers may add members, so depth and size are bounded and nothing else.
        let limits = JSONLimits(bytesMax: FactorLimits.credentialBytesMax, depthMax: 8)
        do throws(JSONError) { json = try JSON(parsing: bytes, limits: limits) } catch { throw .malformed(.clientData) }
        guard let type = json["type"]?.string, let encoded = json["challenge"]?.string,
            let challenge = Base64URL.decode(lenient: encoded), let origin = json["origin"]?.string
        else { throw .malformed(.clientData) }
        self.type = type
        self.challenge = challenge
        self.origin = origin
        isCrossOrigin = json["crossOrigin"]?.bool ?? false
        hash = Digest.hash(.sha256, of: bytes)
    }

    /// Holds it against what was asked for.
    func check(_ kind: Kind, challenge: [UInt8], origins: Set<String>) throws(WebAuthnFault) {
        guard type == kind.rawValue else { throw .wrongType }
        guard !challenge.isEmpty, constantTimeEqual(self.challenge, challenge) else { throw .wrongChallenge }
        guard origins.contains(WebOrigin.normalized(origin)) else { throw .wrongOrigin }
        guard !isCrossOrigin else { throw .crossOrigin }
    }
}

/// Origins of pages (RFC 6454, section 6.2).
enum WebOrigin {
    /// Scheme and host in lower case, without a path: nothing else of an origin may differ. Origins of apps, as Android
    /// has them, are taken as they are.
    static func normalized(_ text: String) -> String {
        guard let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) }) else {
            return text
        }
        let authority = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }.lowercased()
        let standardPort = scheme == "https://" ? ":443" : ":80"
        return scheme + (authority.hasSuffix(standardPort) ? String(authority.dropLast(standardPort.count)) : authority)
    }

    /// The host of a URL without its port; nil if it has none.
    static func host(_ text: String) -> String? {
        guard let scheme = ["http://", "https://"].first(where: { text.lowercased().hasPrefix($0) }) else { return nil }
        let host = normalized(text).dropFirst(scheme.count).prefix { $0 != ":" }
        return host.isEmpty ? nil : String(host)
    }
}

extension Base64URL {
    /// The bytes for `text`, which some clients pad.
    static func decode(lenient text: String) -> [UInt8]? {
        decode(String(text.reversed().drop { $0 == "=" }.reversed()))
    }
}
