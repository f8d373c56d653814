internal import ArgumentParser
internal import Core
internal import Server

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Show, make, revoke and rotate keys.",
        subcommands: [
            Show.self, Generate.self, Rotate.self, RotateSigning.self, Create.self, Revoke.self, List.self,
        ])

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case env, json
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the keys in use.",
            discussion: "Exported variables and the .env file win over the generated ones, as they do for serve.")
        @OptionGroup var options: ConfigurationOptions
        @Option(help: "env or json.") var format: Format = .env

        func run() async throws {
            let loaded = try options.load()
            say(try KeysCommand.render(loaded.existingKeys(), url: loaded.publicURL, format: format))
        }
    }

    struct Generate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a fresh set of keys.",
            discussion: "Nothing is stored: put them into the environment or the .env file of an installation.")
        @Option(help: "env or json.") var format: Format = .env

        func run() async throws {
            say(try KeysCommand.render(LoadedConfiguration.freshKeys(), url: nil, format: format))
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Replace generated keys in medmitra.env; takes effect at the next start.",
            discussion: """
                --api-keys replaces the publishable and the secret key. --jwt-secret replaces the JWT secret and with \
                it the legacy anon and service_role keys; tokens of signed-in users stay valid until they expire, \
                because the old secret goes on verifying (JWT_PREVIOUS_SECRETS).
                """)
        @OptionGroup var options: ConfigurationOptions
        @Flag(name: .customLong("api-keys"), help: "Replace the publishable and the secret key.") var apiKeys = false
        @Flag(name: .customLong("jwt-secret"), help: "Replace the JWT secret and the legacy keys.") var jwtSecret =
            false

        func validate() throws {
            guard apiKeys || jwtSecret else {
                throw ValidationError("Say what to rotate: --api-keys, --jwt-secret or both.")
            }
        }

        func run() async throws {
            let loaded = try options.load()
            let keys = try loaded.rotateKeys(apiKeys: apiKeys, jwtSecret: jwtSecret)
            say(KeysCommand.render(keys, url: loaded.publicURL, format: .env))
            say("# Written to \(loaded.directory.environmentFile). Restart the gateway for the keys to take effect.")
        }
    }

    static func render(_ keys: InstallationKeys, url: String?, format: Format) -> String {
        switch format {
        case .env:
            (keys.named.map { "\($0.name)=\($0.value.reveal())" } + (url.map { ["SUPABASE_URL=\($0)"] } ?? []))
                .joined(separator: "\n")
        case .json: keys.json(url: url)
        }
    }
}
