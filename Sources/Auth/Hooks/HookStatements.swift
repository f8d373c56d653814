internal import Core
internal import Postgres

/// SQL that calls hooks.
enum HookStatements {
    /// The parameter takes its type from the function, be that `json`, `jsonb` or `text`.
    static func call(_ function: DatabaseFunction, input: JSON) -> SQL {
        "select \(identifier: function.schema).\(identifier: function.name)(\(input.text))::text"
    }

    /// For a call in the middle of somebody else's transaction: the time-out holds from the next statement on.
    static func limitTime(_ duration: Duration) -> SQL {
        "select set_config('statement_timeout', \(String(duration.components.seconds * 1000)), true)"
    }

    /// Back to what the connection came with.
    static let resetTime: SQL = "set local statement_timeout to default"
}
