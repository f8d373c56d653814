internal import Core
internal import Postgres

/// The database logins that services connect as.
enum Logins {
    static let auth = "supabase_auth_admin"
    static let storage = "supabase_storage_admin"
    static let service = "medmitra_service"
    static let rest = "authenticator"

    private static let all = [auth, storage, service, rest]

    /// Gives all logins the installation's password. ALTER ROLE takes no parameters, so the password travels as a
    /// setting of the transaction and is quoted by PostgreSQL itself.
    static func setPasswords(_ database: Database, _ password: Secret<String>) async throws(DatabaseError) {
        var settings = TransactionSettings()
        settings.set("medmitra.password", password.reveal())
        var statements: [SQL] = []
        for login in all {
            statements.append(
                SQL(
                    trustedText: """
                        do $do$ begin execute format('alter role \(login) password %L', current_setting('medmitra.password'));
                        end $do$
                        """))
        }
        try await database.run(settings, statements)
    }
}
