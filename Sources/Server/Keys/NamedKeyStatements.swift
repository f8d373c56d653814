internal import Core
internal import Cryptography
internal import Postgres
internal import Tokens

/// SQL over `medmitra.api_keys`, of which only digests are kept.
enum NamedKeyStatements {
    /// Keys that are read at most: nobody hands out more, and each is compared with every key presented.
    static let keysMax = 1000

    static let live: SQL = """
        select name, kind, encode(key_sha256, 'hex') from medmitra.api_keys
        where revoked_at is null
        order by created_at desc limit \(keysMax)::int
        """

    static let all: SQL = """
        select name, kind, to_char(created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            to_char(revoked_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
        from medmitra.api_keys
        order by created_at, name
        """

    static func insert(name: String, group: KeyGroup, key: Secret<String>) -> SQL {
        """
        insert into medmitra.api_keys (name, kind, key_sha256)
        values (\(name), \(kind(of: group)), \(Digest.hash(.sha256, of: key.reveal())))
        """
    }

    /// Answers with a row for each key that was revoked.
    static func revoke(name: String, group: KeyGroup?) -> SQL {
        """
        update medmitra.api_keys set revoked_at = now()
        where name = \(name) and revoked_at is null and (\(group.map(kind))::text is null or kind = \(group.map(kind)))
        returning kind
        """
    }

    /// The entry of a row of ``live``; nil for a kind that this version does not know.
    static func entry(_ row: Row) throws(DatabaseError) -> KeyRing.Entry? {
        let kind = try row.text(1)
        guard let group = KeyGroup.allCases.first(where: { NamedKeyStatements.kind(of: $0) == kind }) else {
            return nil
        }
        return KeyRing.Entry(name: try row.text(0), group: group, hash: try row.text(2))
    }

    private static func kind(of group: KeyGroup) -> String {
        switch group {
        case .anon: "publishable"
        case .service: "secret"
        }
    }
}
