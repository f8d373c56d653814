/// How a connection of another login becomes a service's role.
enum AssumedRole {
    /// A superuser's session becomes the role's altogether: with a mere SET ROLE, callers' roles would be judged by what
    /// the login may become, which is everybody. Others can only set the role.
    static func statement(_ role: String) -> String {
        let name = role.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
        return """
            select pg_catalog.set_config(
                case when rolsuper then 'session_authorization' else 'role' end, '\(name)', false)
            from pg_catalog.pg_roles where rolname = session_user
            """
    }
}
