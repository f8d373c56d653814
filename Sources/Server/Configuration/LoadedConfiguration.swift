internal import Core
internal import FoundationEssentials
internal import Gateway

/// The configuration with the folder it speaks of.
public struct LoadedConfiguration: Sendable {
    public let configuration: ServerConfiguration
    public let directory: DataDirectory

    /// Reads flags, the process's environment, the `.env` file and the generated `medmitra.env`.
    ///
    /// - Parameters:
    ///   - flags: by setting name.
    ///   - environmentFile: a file that must exist; nil reads `.env` of the working directory if there is one.
    /// Throws ``ConfigurationError`` and ``StartupError``.
    public init(flags: [String: String], environmentFile: String?) throws {
        let environment = ProcessInfo.processInfo.environment
        let file = try LoadedConfiguration.readFile(environmentFile)
        // The folder decides where the generated file is, so it is looked up first.
        let early = try ServerConfiguration(SettingsSource(flags: flags, environment: environment, file: file))
        directory = try DataDirectory(early.dataDirectory)
        var generated: [String: String] = [:]
        if let text = try DataDirectory.read(directory.environmentFile) {
            generated = try EnvironmentFile.parse(text, name: directory.environmentFile)
            // It is written for clients; the server's own URL follows from its settings.
            generated["SUPABASE_URL"] = nil
        }
        configuration = try ServerConfiguration(
            SettingsSource(flags: flags, environment: environment, file: file, generated: generated))
    }

    private static func readFile(_ name: String?) throws -> [String: String] {
        let path = name ?? ".env"
        guard let text = try DataDirectory.read(path) else {
            guard name == nil else { throw ConfigurationError(["--env-file: \(path) does not exist"]) }
            return [:]
        }
        return try EnvironmentFile.parse(text, name: path)
    }

    public var publicURL: String { configuration.gateway.publicURL }

    /// The keys in use; missing ones are made and written to `medmitra.env`. Throws ``StartupError``.
    public func completeKeys() throws(StartupError) -> InstallationKeys {
        let keys = try InstallationKeys(completing: configuration, clock: UTCClock())
        if !FileManager.default.fileExists(atPath: directory.environmentFile) {
            try DataDirectory.writePrivately(keys.environmentFile(url: publicURL), to: directory.environmentFile)
        }
        return keys
    }

    /// The keys in use; throws `.keys` when none were made yet.
    public func existingKeys() throws(StartupError) -> InstallationKeys {
        guard
            FileManager.default.fileExists(atPath: directory.environmentFile)
                || configuration.jwtSecret != nil && configuration.anonKey != nil
        else {
            throw .keys("\(directory.path) has no keys yet; 'medmitra serve' makes them at its first start")
        }
        return try InstallationKeys(completing: configuration, clock: UTCClock())
    }

    /// A set that belongs to no installation.
    public static func freshKeys() throws -> InstallationKeys {
        try InstallationKeys(
            completing: ServerConfiguration(SettingsSource(environment: [:])), clock: UTCClock())
    }

    /// Replaces generated keys and keeps the old JWT secret for verifying. Throws ``StartupError``.
    public func rotateKeys(apiKeys: Bool, jwtSecret: Bool) throws(StartupError) -> InstallationKeys {
        var next = configuration
        if apiKeys {
            next.publishableKey = nil
            next.secretKey = nil
        }
        var previous = configuration.previousSecrets
        if jwtSecret {
            if let old = configuration.jwtSecret { previous = Array(([old] + previous).prefix(3)) }
            next.jwtSecret = nil
            next.anonKey = nil
            next.serviceRoleKey = nil
        }
        let keys = try InstallationKeys(completing: next, clock: UTCClock())
        var text = keys.environmentFile(url: publicURL)
        if !previous.isEmpty {
            text += "JWT_PREVIOUS_SECRETS=" + previous.map { $0.reveal() }.joined(separator: ",") + "\n"
        }
        // Keys that sign access tokens are rotated by themselves.
        let before = try DataDirectory.read(directory.environmentFile) ?? ""
        for line in before.split(separator: "\n") where line.hasPrefix("JWT_KEYS=") { text += line + "\n" }
        try DataDirectory.writePrivately(text, to: directory.environmentFile)
        return keys
    }
}

extension InstallationKeys {
    /// One JSON object of all names, for scripts.
    public func json(url: String?) -> String {
        var object = JSONObject(named.map { ($0.name, JSON.string($0.value.reveal())) })
        if let url { object["SUPABASE_URL"] = .string(url) }
        return JSON.object(object).text
    }
}
