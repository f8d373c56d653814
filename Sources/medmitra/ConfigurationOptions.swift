internal import ArgumentParser
internal import Server

/// Flags that every command which needs the configuration takes.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: .customLong("data-dir"), help: "Folder of keys, embedded database and objects. (default: ./data)")
    var dataDirectory: String?

    @Option(
        name: .customLong("env-file"),
        help: "A file of NAME=value lines, Supabase's own .env included. (default: .env, if there is one)")
    var environmentFile: String?

    @Option(name: .customLong("database-url"), help: "An existing PostgreSQL in place of the embedded one.")
    var databaseURL: String?

    /// Reads flags, environment, `.env` and the generated file, in this precedence. Throws ``ConfigurationError``
    /// and ``StartupError``.
    func load(_ flags: [String: String] = [:]) throws -> LoadedConfiguration {
        var flags = flags
        flags["DATA_DIR"] = dataDirectory
        flags["DATABASE_URL"] = databaseURL
        return try LoadedConfiguration(flags: flags, environmentFile: environmentFile)
    }
}

/// Prints to standard output; the one place where the program speaks to a person rather than to a log.
func say(_ text: String = "") { print(text) }
