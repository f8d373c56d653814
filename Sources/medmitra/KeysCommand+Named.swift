internal import ArgumentParser
internal import Core
internal import Server

/// Named keys: one for each app or server, so that each can be revoked by itself.
extension KeysCommand {
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case publishable, secret

        var named: NamedKeyKind {
            switch self {
            case .publishable: .publishable
            case .secret: .secret
            }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a named API key and print it.",
            discussion: """
                A running gateway accepts it at once. It is printed this one time: only its digest is kept. A secret key \
                passes every row-level security policy; give each server its own.
                """)
        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "What the key is for: letters, digits, '-', '_' and '.'.") var name: String
        @Option(help: "publishable or secret.") var kind: Kind = .secret

        func run() async throws {
            say(try await Maintenance(try options.load()).createKey(name: name, kind: kind.named).reveal())
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke a named API key.", discussion: "Running gateways refuse it within moments.")
        @OptionGroup var options: ConfigurationOptions
        @Argument(help: "The key's name.") var name: String
        @Option(help: "Only the key of this kind: publishable or secret.") var kind: Kind?

        func run() async throws {
            try await Maintenance(try options.load()).revokeKey(name: name, kind: kind?.named)
            say("revoked")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the named API keys, not the keys themselves.")
        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            for key in try await Maintenance(try options.load()).namedKeys() { say(key) }
        }
    }

    struct RotateSigning: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rotate-signing",
            abstract: "Make a new key that signs access tokens; takes effect at the next start.",
            discussion: """
                The key that signed until now goes on verifying, so nobody is signed out. The keys are kept as JWT_KEYS in \
                medmitra.env; where JWT_KEYS comes from elsewhere, the new value is printed and nothing is stored. \
                --forget-old leaves out the keys that only verify: do that once their tokens have expired.
                """)
        @OptionGroup var options: ConfigurationOptions
        @Option(help: "ES256, RS256 or HS256.") var algorithm = "ES256"
        @Flag(name: .customLong("forget-old"), help: "Drop the keys that only verify.") var forgetsOld = false

        func run() async throws {
            let loaded = try options.load()
            let rotated = try loaded.rotateSigningKey(algorithm: algorithm, forgetsOld: forgetsOld)
            if rotated.isStored {
                say("# Written to \(loaded.directory.environmentFile). Restart the gateway for the key to take effect.")
            } else {
                say("JWT_KEYS='\(rotated.keys.reveal())'")
            }
        }
    }
}
