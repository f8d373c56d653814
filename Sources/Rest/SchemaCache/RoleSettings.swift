/// What `ALTER ROLE … SET` attached to a role that requests may take on. PostgreSQL applies those at login only, so
/// the transaction sets them itself.
struct RoleSettings: Sendable, Equatable {
    /// `default_transaction_isolation`, as written by the operator.
    var isolation: String?
    /// In order of name; only settings the login role may set.
    var settings: [Routine.Setting] = []
}
