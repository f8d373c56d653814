/// Why the server could not start, with what to do about it.
public enum StartupError: Error, Sendable, CustomStringConvertible {
    case fileSystem(path: String, cause: String)
    case directoryInUse(String)
    case postgresMissing(searched: String)
    case noPostgresUser(String)
    case notReachable(path: String, user: String)
    case initdbFailed(output: String)
    case clusterDidNotStart(log: String)
    case clusterVersion(found: String, binaries: String)
    case diskFull(path: String, freeMegabytes: Int, neededMegabytes: Int)
    case demoSecret(setting: String)
    case keys(String)
    case database(String)
    case migration(String)
    case certificate(String)
    case objects(String)
    case mails(String)

    public var description: String {
        switch self {
        case .fileSystem(let path, let cause): "\(path) cannot be used: \(cause)"
        case .directoryInUse(let path):
            "another medmitra is using \(path). Stop it, or choose another folder with --data-dir."
        case .postgresMissing(let searched):
            """
            no PostgreSQL server found (looked in \(searched)). Install it (apt-get install postgresql), name its \
            folder in MEDMITRA_PG_BIN, or set DATABASE_URL to use one that runs already.
            """
        case .noPostgresUser(let name):
            """
            PostgreSQL does not run as root, and there is no system user \(name) to run it. Install the package \
            postgresql, name another user in POSTGRES_USER_NAME, or start medmitra as an ordinary user.
            """
        case .notReachable(let path, let user):
            """
            the system user \(user), which runs PostgreSQL, cannot pass through \(path). Choose a data folder \
            elsewhere with --data-dir, or allow it with: chmod o+x \(path)
            """
        case .initdbFailed(let output): "initdb failed: \(output)"
        case .clusterDidNotStart(let log): "the embedded PostgreSQL did not start; see \(log)"
        case .clusterVersion(let found, let binaries):
            """
            the database in the data folder was made by PostgreSQL \(found), but the programs in \(binaries) are of \
            another major version. Name the right folder in MEDMITRA_PG_BIN, or upgrade with pg_upgrade.
            """
        case .diskFull(let path, let free, let needed):
            "only \(free) MB are free in \(path); a new database needs at least \(needed) MB."
        case .demoSecret(let setting):
            """
            \(setting) is the one from Supabase's example file, which everybody knows. It is accepted on the loopback \
            address only: set one of your own (medmitra keys generate) or listen on 127.0.0.1.
            """
        case .keys(let text): "keys: \(text)"
        case .database(let text): "database: \(text)"
        case .migration(let text): text
        case .certificate(let text): "TLS: \(text)"
        case .objects(let text): "object store: \(text)"
        case .mails(let text): "mails: \(text)"
        }
    }
}
