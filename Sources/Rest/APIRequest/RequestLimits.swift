/// What reading one request may cost beyond what the gateway bounds (length of the URL, number of parameters, size
/// of the body).
enum RequestLimits {
    /// Levels of embeds in `select` and of brackets in logic trees. Parser and planner recurse over them.
    static let nestingMax = 32
    /// Steps of a JSON path. Each is an operator around the one before it, over which PostgreSQL recurses: its stack holds
    /// a few thousand.
    static let jsonStepsMax = 100
    /// Levels of a JSON body. PostgreSQL's own parser gives up at several thousand.
    static let jsonDepthMax = 1000
    /// Columns of a CSV body; PostgreSQL tables hold 1600 at most.
    static let csvColumnsMax = 1600
    /// Media types in `Accept` and preferences in `Prefer`, each. More are ignored.
    static let listedMax = 100
}
