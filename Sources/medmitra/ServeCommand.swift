internal import ArgumentParser
internal import Core
internal import Glibc
internal import Server

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Start the gateway.",
        discussion: """
            Runs until SIGTERM or Ctrl-C; requests under way are finished first. Logs are JSON lines on standard \
            error. Without DATABASE_URL an embedded PostgreSQL is made and supervised in the data folder.
            """)

    @OptionGroup var options: ConfigurationOptions

    @Option(help: "Address to listen on; 0.0.0.0 for all. (default: 127.0.0.1)")
    var host: String?

    @Option(help: "Port to listen on; 0 takes a free one. (default: 8000)")
    var port: Int?

    @Option(help: "Services to run, comma-separated. (default: auth,rest,storage,cases)")
    var services: String?

    @Option(name: .customLong("tls-cert"), help: "Certificate chain in PEM; switches TLS on, HTTP/2 included.")
    var tlsCertificate: String?

    @Option(name: .customLong("tls-key"), help: "Private key of the certificate in PEM.")
    var tlsKey: String?

    @Option(name: .customLong("http-redirect-port"), help: "Plain HTTP port that redirects to HTTPS.")
    var redirectPort: Int?

    @Option(name: .customLong("metrics-port"), help: "Port for Prometheus on 127.0.0.1.")
    var metricsPort: Int?

    @Option(name: .customLong("log-level"), help: "debug, info, warning or error. (default: info)")
    var logLevel: String?

    func run() async throws {
        var flags: [String: String] = [:]
        flags["HOST"] = host
        flags["PORT"] = port.map(String.init)
        flags["SERVICES"] = services
        flags["TLS_CERT"] = tlsCertificate
        flags["TLS_KEY"] = tlsKey
        flags["HTTP_REDIRECT_PORT"] = redirectPort.map(String.init)
        flags["METRICS_PORT"] = metricsPort.map(String.init)
        flags["LOG_LEVEL"] = logLevel
        let loaded = try options.load(flags)
        let keys =
            loaded.configuration.servesRestAlone ? try LoadedConfiguration.freshKeys() : try loaded.completeKeys()
        // A client that closes its connection must not end the server.
        _ = signal(SIGPIPE, SIG_IGN)
        let server = GatewayServer(
            configuration: loaded.configuration, directory: loaded.directory, keys: keys
        ) { ready in
            say(ServeCommand.banner(ready))
            fflush(nil)
        }
        try await server.run()
    }

    private static func banner(_ ready: ReadyServer) -> String {
        var lines = [
            "", "MedMitra Gateway is ready.", "", "  API URL           \(ready.url)",
            "  Services          \(ready.services.joined(separator: ", "))",
        ]
        if ready.services.contains("cases") { lines.append("  Documentation     \(ready.url)/docs") }
        if let folder = ready.dataDirectory { lines.append("  Data folder       \(folder)") }
        lines.append(
            "  Database          \(ready.usesEmbeddedDatabase ? "embedded PostgreSQL in the data folder" : "DATABASE_URL")"
        )
        if let keys = ready.keys {
            lines += [
                "", "  Publishable key   \(keys.publishableKey.reveal())",
                "  Secret key        \(keys.secretKey.reveal())", "  anon key          \(keys.anonKey.reveal())",
                "  service_role key  \(keys.serviceRoleKey.reveal())",
            ]
            if ready.autoconfirms, ready.services.contains("auth") {
                lines += [
                    "", "  Try it:",
                    "    curl -s '\(ready.url)/auth/v1/signup' -H 'apikey: \(keys.publishableKey.reveal())' \\",
                    "      -H 'content-type: application/json' -d '{\"email\":\"doctor@example.com\",\"password\":\"a-long-password\"}'",
                ]
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
