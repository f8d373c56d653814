/// One file of the `sql/` folder, as the migrator applies it: as a whole, in one transaction of its own.
public struct Migration: Sendable, Equatable {
    /// When a file is applied.
    public enum Kind: String, Sendable, CaseIterable {
        /// Before everything else, at every start. Makes the ledger and tolerates its own result.
        case bootstrap
        /// Once, in the order of the numbers. Never edited after it was applied somewhere: the checksum is kept.
        case versioned
        /// Again whenever its checksum changed, after all versioned files.
        case repeatable
    }

    /// Names the file in the ledger: `bootstrap`, `0001_roles`, `functions/auth.claims`, `policies/public.cases`.
    public let name: String

    /// When the file is applied.
    public let kind: Kind

    /// The text of the file. It holds several statements, so it travels by the simple query protocol.
    public let sql: String

    /// A file with the given content.
    public init(name: String, kind: Kind, sql: String) {
        self.name = name
        self.kind = kind
        self.sql = sql
    }

    init(_ name: String, _ kind: Kind, _ bytes: [UInt8]) {
        self.init(name: name, kind: kind, sql: String(decoding: bytes, as: UTF8.self))
    }
}
