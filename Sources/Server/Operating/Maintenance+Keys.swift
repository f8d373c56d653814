public import Core
internal import Postgres
internal import Tokens

/// Why a named key was neither made nor revoked.
public struct NamedKeyError: Error, Sendable, CustomStringConvertible {
    public let description: String
}

/// Which rights a named key has.
public enum NamedKeyKind: String, Sendable, CaseIterable {
    /// `sb_publishable_…`, for apps: the role `anon`.
    case publishable
    /// `sb_secret_…`, for servers: the role `service_role`.
    case secret

    fileprivate var group: KeyGroup {
        switch self {
        case .publishable: .anon
        case .secret: .service
        }
    }
}

extension Maintenance {
    /// Makes a key, which running gateways accept at once, and returns it: only its digest is kept. Throws
    /// ``NamedKeyError`` for a name that a live key of the kind has.
    public func createKey(name: String, kind: NamedKeyKind) async throws -> Secret<String> {
        let allowed = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-_.".utf8.contains(byte)
        }
        guard allowed, (1...64).contains(name.utf8.count) else {
            throw NamedKeyError(description: "a name has 1 to 64 letters, digits, '-', '_' and '.'")
        }
        let key = OpaqueKey.generate(kind.group)
        try await withKeys { database in
            do throws(DatabaseError) {
                try await database.run(NamedKeyStatements.insert(name: name, group: kind.group, key: key))
            } catch {
                guard error.sqlState == .uniqueViolation else { throw error }
                throw NamedKeyError(
                    description:
                        "there is a \(kind.rawValue) key \"\(name)\" already; revoke it first or take another name")
            }
        }
        return key
    }

    /// Revokes the keys of a name: running gateways refuse them within moments. Throws ``NamedKeyError`` when there is
    /// none.
    public func revokeKey(name: String, kind: NamedKeyKind?) async throws {
        let revoked = try await withKeys { database in
            try await database.run(NamedKeyStatements.revoke(name: name, group: kind?.group)).rowCount
        }
        guard revoked > 0 else {
            throw NamedKeyError(description: "there is no key \"\(name)\" that is not revoked yet")
        }
    }

    /// One line a named key: name, kind, time of creation, and when it was revoked.
    public func namedKeys() async throws -> [String] {
        try await withKeys { database in
            try await database.run(NamedKeyStatements.all).rows.map { row in
                let state = row.optionalText(3).map { "revoked \($0)" } ?? "live"
                return [try row.text(0), try row.text(1), try row.text(2), state].joined(separator: "  ")
            }
        }
    }

    private func withKeys<Answer: Sendable>(
        _ body: @escaping @Sendable (Database) async throws -> Answer
    ) async throws -> Answer {
        try await withDatabases { databases in
            let database = Database(databases.configuration(name: "keys", login: Logins.service))
            do {
                let answer = try await body(database)
                await database.shutdown()
                return answer
            } catch {
                await database.shutdown()
                throw error
            }
        }
    }
}
