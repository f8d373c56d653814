internal import HTTPTypes
internal import Tokens

/// Judges the key of a request and works out what the service receives as bearer.
struct KeyGuard: Sendable {
    let recognizer: any KeyRecognizer

    /// Why a key does not open the mount.
    enum Refusal: Error, Hashable {
        case missing
        case wrong
        case tooLow
        case secretInBrowser
    }

    func judge(
        headers: HTTPFields, queryKey: String?, requirement: KeyRequirement
    ) throws(Refusal) -> Credentials {
        let authorization = headers[.authorization]
        let bearer = authorization.flatMap(KeyGuard.bearerToken)
        let presented = headers[.apikey] ?? queryKey
        let key = presented.flatMap { recognizer.recognize($0) }
        // A client that is signed out sends its opaque key as bearer too.
        let bearerKey = bearer.flatMap { $0.hasPrefix("sb_") ? recognizer.recognize($0) : nil }
        try require(requirement, presented: presented, key: key)
        let isSecret = [key, bearerKey].contains { key in key?.group == .service && key?.isOpaque == true }
        if isSecret, KeyGuard.isBrowser(headers[.userAgent]) { throw .secretInBrowser }
        if let bearer, bearer.hasPrefix("sb_"), bearerKey == nil, requirement != .none { throw .wrong }

        let outcome: Credentials.Bearer
        if let authorization, !authorization.isEmpty, bearer?.hasPrefix("sb_") != true {
            outcome = bearer.map { .token($0) } ?? .other(authorization)
        } else if let opaque = [key, bearerKey].compactMap({ $0 }).first(where: \.isOpaque) {
            outcome = .role(opaque.group)
        } else {
            outcome = .none
        }
        return Credentials(
            key: key?.group ?? bearerKey?.group, bearer: outcome, hasAuthorizationHeader: authorization != nil)
    }

    private func require(
        _ requirement: KeyRequirement, presented: String?, key: PresentedKey?
    ) throws(Refusal) {
        guard requirement != .none else { return }
        guard let presented, !presented.isEmpty else { throw .missing }
        guard let key else { throw .wrong }
        if requirement == .serviceKey, key.group != .service { throw .tooLow }
    }

    /// The token of a bearer credential; the scheme is case-insensitive (RFC 9110, 11.1).
    static func bearerToken(_ authorization: String) -> String? {
        let parts = authorization.utf8.split(separator: UInt8(ascii: " "), maxSplits: 1)
        guard parts.count == 2, Substring(parts[0]).lowercased() == "bearer" else { return nil }
        return String(Substring(parts[1])).trimmingSpaces()
    }

    /// Every browser's product list begins with this token, and no server-side client's does.
    private static func isBrowser(_ userAgent: String?) -> Bool { userAgent?.hasPrefix("Mozilla/") == true }
}

extension HTTPField.Name {
    static let apikey = HTTPField.Name.known("apikey")

    /// A name known to be legal when the program is written.
    static func known(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is no field name") }
        return name
    }
}
