internal import Core

/// What metadata costs in an access token, all of which carries it.
struct MetadataSize: Sendable {
    let bytes: Int
    /// How deep objects and arrays lie in each other; 1 for a flat object.
    let depth: Int

    init(_ objects: [JSONObject]) {
        bytes = objects.reduce(0) { $0 + MetadataSize.bytes(.object($1)) }
        depth = objects.map { JSON.object($0).depth }.max() ?? 0
    }

    init(of user: User) { self.init([user.userMetadata, user.appMetadata]) }

    private var fits: Bool {
        bytes <= AuthLimits.metadataBytesMax.bytes && depth <= AuthLimits.metadataDepthMax
    }

    /// Throws for metadata with which no token could be signed that verifiers take.
    func check() throws(AuthError) {
        guard fits else { throw MetadataSize.refusal }
    }

    /// Throws if a change makes a user's metadata too much for a token. Such as was too much before, in a restored
    /// database, may become less bit by bit.
    static func check(_ changed: User, before: User) throws(AuthError) {
        let (new, old) = (MetadataSize(of: changed), MetadataSize(of: before))
        guard new.fits || (!old.fits && new.bytes <= old.bytes && new.depth <= old.depth) else { throw refusal }
    }

    private static let refusal = AuthError.invalid(
        "user_metadata and app_metadata may have \(AuthLimits.metadataBytesMax.bytes) bytes together and "
            + "\(AuthLimits.metadataDepthMax) levels of nesting at most")

    /// As PostgreSQL will write it: `jsonb` stores numbers without exponents, so that `1e9999` has ten thousand digits.
    private static func bytes(_ value: JSON) -> Int {
        switch value {
        case .number(let text):
            let exponent = text.split { $0 == "e" || $0 == "E" }.dropFirst().first.flatMap { Int($0) } ?? 0
            return text.utf8.count + min(Int(exponent.magnitude), AuthLimits.body.bytes)
        case .array(let items): return items.reduce(2) { $0 + bytes($1) + 1 }
        case .object(let object):
            return object.members.reduce(2) { $0 + JSON.string($1.key).bytes.count + bytes($1.value) + 2 }
        default: return value.bytes.count
        }
    }
}

extension JSON {
    /// How many objects and arrays lie in each other at the deepest place; 0 for a plain value.
    var depth: Int {
        switch self {
        case .object(let object): 1 + (object.members.map(\.value.depth).max() ?? 0)
        case .array(let items): 1 + (items.map(\.depth).max() ?? 0)
        default: 0
        }
    }
}

extension Fields {
    /// Metadata that a token can carry.
    func metadata(_ name: String) throws(AuthError) -> JSONObject? {
        guard let object = try object(name) else { return nil }
        try MetadataSize([object]).check()
        return object
    }
}
