public import Core

/// What is set, locally to one transaction, before its first statement.
public struct TransactionSettings: Sendable {
    /// Name and value pairs for `set_config(name, value, true)`, in order.
    public var settings: [(name: String, value: String)] = []
    public var isReadOnly = false
    /// `statement_timeout` of each statement; nil keeps the connection's.
    public var statementTimeout: Duration?

    public init() {}

    /// Everything that makes row-level security see `caller`: the role and the claims, as PostgREST and
    /// storage-api set them.
    public init(caller: Caller) {
        settings = [
            ("role", caller.role),
            ("request.jwt.claims", caller.claimsText),
        ]
    }

    /// The connection's own role, for a service's own tables.
    public static var serviceItself: TransactionSettings { TransactionSettings() }

    public mutating func set(_ name: String, _ value: String) { settings.append((name, value)) }

    /// One statement for all settings; its text depends on their number alone, so it is prepared once.
    var statement: SQL? {
        // The time-out first, so that it already holds for what follows; the role last, since it may take away
        // the right to set others.
        var all = settings.filter { $0.name != "role" }
        if let statementTimeout {
            all.insert(("statement_timeout", String(statementTimeout.wholeMilliseconds)), at: 0)
        }
        if isReadOnly { all.append(("transaction_read_only", "on")) }
        all += settings.filter { $0.name == "role" }
        guard !all.isEmpty else { return nil }
        return SQL(text: Self.text(count: all.count), parameters: all.flatMap { [.text($0.name), .text($0.value)] })
    }

    private static let texts: [String] = (0...32).map(makeText)

    private static func text(count: Int) -> String {
        count < texts.count ? texts[count] : makeText(count: count)
    }

    private static func makeText(count: Int) -> String {
        let calls = (0..<count).map { "set_config($\($0 * 2 + 1), $\($0 * 2 + 2), true)" }
        return "select " + calls.joined(separator: ", ")
    }
}

extension Duration {
    var wholeMilliseconds: Int {
        Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}
