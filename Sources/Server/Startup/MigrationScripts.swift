internal import Core
internal import Cryptography
internal import Postgres
internal import Schema

/// The embedded `sql/` folder as the migrator takes it.
enum MigrationScripts {
    static var bootstrap: String {
        SchemaFiles.migrations.filter { $0.kind == .bootstrap }.map(\.sql).joined(separator: "\n")
    }

    static var all: [MigrationScript] {
        SchemaFiles.migrations.filter { $0.kind != .bootstrap }.map { migration in
            MigrationScript(
                name: migration.name, kind: migration.kind == .versioned ? .versioned : .repeatable,
                sql: migration.sql, checksum: Hex.encode(Digest.hash(.sha256, of: Array(migration.sql.utf8))))
        }
    }
}
