internal import ArgumentParser
internal import Server

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the database up to date without serving.",
        discussion: "'serve' does this by itself at every start. Several may run at once; one works, the others wait.")

    @OptionGroup var options: ConfigurationOptions
    @Flag(help: "Only list what is missing; exit status 3 when something is.") var check = false

    func run() async throws {
        let maintenance = try Maintenance(try options.load())
        if check {
            let pending = try await maintenance.pendingMigrations()
            say(pending.isEmpty ? "The database is up to date." : pending.joined(separator: "\n"))
            if !pending.isEmpty { throw ExitCode(3) }
        } else {
            let applied = try await maintenance.migrate()
            say(
                applied.isEmpty
                    ? "The database was up to date." : applied.map { "applied \($0)" }.joined(separator: "\n"))
        }
    }
}

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Create, list and delete users.",
        subcommands: [Create.self, List.self, Delete.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a user with a confirmed address.",
            discussion: "The password is read from standard input, so that it stays out of the shell's history.")
        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "E-mail address.") var email: String

        func run() async throws {
            guard let password = readLine(strippingNewline: true), !password.isEmpty else {
                throw ValidationError(
                    "Give the password on standard input: echo 'a-long-password' | medmitra user create \(email)")
            }
            let id = try await Maintenance(try options.load()).createUser(email: email, password: password)
            say("created \(id)")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List users, newest first.")
        @OptionGroup var options: ConfigurationOptions
        @Option(help: "Most users to list.") var limit = 100

        func run() async throws {
            for user in try await Maintenance(try options.load()).users(limit: limit) { say(user) }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a user.",
            discussion: "A doctor with cases is not deleted: the records outlive the account.")
        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "E-mail address or id.") var user: String

        func run() async throws {
            try await Maintenance(try options.load()).deleteUser(user)
            say("deleted")
        }
    }
}

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check everything a deployment needs, and say what to do.",
        discussion: "Exit status 1 when something must be mended.")

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let findings = await Checkup(try options.load()).run()
        for finding in findings { say(finding.line) }
        if findings.contains(where: { $0.isProblem }) { throw ExitCode.failure }
    }
}

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")
    func run() { say("medmitra \(Version.current)") }
}

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure; used by benchmarks/.", shouldDisplay: false,
        subcommands: [Postgres.self, Tokens.self])

    struct Postgres: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Transactions a second of the database client alone.",
            discussion: """
                Each transaction sets role and claims and reads one row of bench_rows by key under row-level security. \
                Prints one JSON object.
                """)
        @Option(help: "Connection URI.") var url: String
        @Option(help: "Database connections.") var connections = 8
        @Option(help: "Transactions under way at a time.") var clients = 32
        @Option(help: "Seconds to run.") var seconds = 5
        @Option(help: "Rows in bench_rows.") var rows = 10_000
        @Option(help: "Role to assume.") var role = "authenticated"

        func run() async throws {
            say(
                try await PostgresBenchmark(
                    url: url, connections: connections, clients: clients, seconds: seconds, rows: rows, role: role
                ).run())
        }
    }

    struct Tokens: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Verifications of an access token a second on one core.", discussion: "Prints one JSON object.")
        @Option(help: "Seconds to run, each for the verifier and for the cache.") var seconds = 5
        @Option(help: "HS256, RS256 or ES256.") var algorithm = "HS256"

        func run() throws { say(try TokenBenchmark(seconds: seconds, algorithm: algorithm).run()) }
    }
}
