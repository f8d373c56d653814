public import Core
internal import Cryptography

/// What a hook calls: a function of the database, or a URL with the keys that sign its requests.
public struct HookTarget: Sendable {
    enum Kind: Sendable {
        case function(DatabaseFunction)
        case web(url: String, keys: [Secret<[UInt8]>])
    }

    let kind: Kind

    /// Reads `pg-functions://<database>/<schema>/<function>`, `https://…`, or `http://…` on this machine.
    ///
    /// - Parameter secrets: `v1,whsec_<base64>`, several joined by `|`: requests are signed with each, so that a secret
    ///   can be replaced without a gap.
    /// Throws ``HookTargetError``.
    public init(uri: String, secrets: Secret<String>? = nil) throws(HookTargetError) {
        if uri.hasPrefix("pg-functions://") {
            let parts = uri.dropFirst("pg-functions://".count).split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 3, let function = DatabaseFunction(schema: String(parts[1]), name: String(parts[2]))
            else { throw .badFunction }
            kind = .function(function)
            return
        }
        let isSecure = uri.hasPrefix("https://")
        guard isSecure || uri.hasPrefix("http://") else { throw .badScheme }
        guard isSecure || HookTarget.isLocal(uri) else { throw .plainHTTP }
        let keys = try (secrets?.reveal() ?? "").split(separator: "|").map { text throws(HookTargetError) in
            try HookTarget.key(String(text))
        }
        guard !keys.isEmpty else { throw .noSecret }
        kind = .web(url: uri, keys: keys)
    }

    /// Where plain HTTP does not leave the machine.
    private static func isLocal(_ uri: String) -> Bool {
        let rest = uri.dropFirst("http://".count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else { return false }
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        return ["localhost", "127.0.0.1", "[::1]", "host.docker.internal"].contains(String(host))
    }

    /// A symmetric key of Standard Webhooks; the asymmetric ones (`v1a`) are refused.
    private static func key(_ text: String) throws(HookTargetError) -> Secret<[UInt8]> {
        let prefix = "v1,whsec_"
        guard text.hasPrefix(prefix), let key = Base64.decode(String(text.dropFirst(prefix.count))), !key.isEmpty else {
            throw .badSecret
        }
        return Secret(key)
    }
}

/// Why a hook's settings do not do.
public enum HookTargetError: Error, Sendable, Hashable, CustomStringConvertible {
    case badFunction
    case badScheme
    case plainHTTP
    case noSecret
    case badSecret

    /// For the operator; holds nothing of the value.
    public var description: String {
        switch self {
        case .badFunction: "must name a function: pg-functions://database/schema/function, letters, digits and _"
        case .badScheme: "must begin with pg-functions://, https:// or, on this machine only, http://"
        case .plainHTTP: "may use http only for localhost, 127.0.0.1 and [::1]"
        case .noSecret: "needs a secret: requests to it are signed"
        case .badSecret: "must be v1,whsec_ and base64; several are joined by |"
        }
    }
}

/// A function of the database by schema and name; nothing but plain identifiers can be one.
struct DatabaseFunction: Sendable, Hashable {
    let schema: String
    let name: String

    /// Nil unless both are identifiers: letters, digits and `_`, not beginning with a digit, at most 63 characters.
    init?(schema: String, name: String) {
        guard DatabaseFunction.isIdentifier(schema), DatabaseFunction.isIdentifier(name) else { return nil }
        self.schema = schema
        self.name = name
    }

    private static func isIdentifier(_ text: String) -> Bool {
        // PostgreSQL cuts names after 63 bytes, and a cut name is another name.
        guard (1...63).contains(text.utf8.count), let first = text.utf8.first, !isDigit(first) else { return false }
        return text.utf8.allSatisfy { byte in
            isDigit(byte) || byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
        }
    }
}
