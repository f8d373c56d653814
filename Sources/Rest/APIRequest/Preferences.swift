/// What `Prefer` headers ask for (RFC 7240). The first of a kind wins.
struct Preferences: Sendable, Hashable {
    var resolution: Resolution?
    var missing: Missing?
    var representation: Representation?
    var count: Count?
    /// Nil unless the configuration lets requests decide.
    var transaction: TransactionEnd?
    var handling: Handling?
    /// Passed on to PostgreSQL as it is.
    var timeZone: String?
    var maxAffected: Int?
    /// Preferences nobody knows, in order.
    var unknown: [String] = []

    enum Resolution: String, Sendable, CaseIterable {
        case mergeDuplicates = "resolution=merge-duplicates"
        case ignoreDuplicates = "resolution=ignore-duplicates"
    }

    enum Missing: String, Sendable, CaseIterable {
        case defaults = "missing=default"
        case nulls = "missing=null"
    }

    enum Representation: String, Sendable, CaseIterable {
        case full = "return=representation"
        case headersOnly = "return=headers-only"
        case minimal = "return=minimal"
    }

    enum Count: String, Sendable, CaseIterable {
        case exact = "count=exact"
        case planned = "count=planned"
        case estimated = "count=estimated"
    }

    enum TransactionEnd: String, Sendable, CaseIterable {
        case commit = "tx=commit"
        case rollback = "tx=rollback"
    }

    enum Handling: String, Sendable, CaseIterable {
        case strict = "handling=strict"
        case lenient = "handling=lenient"
    }
}
