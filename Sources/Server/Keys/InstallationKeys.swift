public import Core
internal import Cryptography
internal import Tokens

/// The keys of one installation: what clients present and what signs their tokens.
public struct InstallationKeys: Sendable {
    public let jwtSecret: Secret<String>
    public let anonKey: Secret<String>
    public let serviceRoleKey: Secret<String>
    public let publishableKey: Secret<String>
    public let secretKey: Secret<String>
    public let postgresPassword: Secret<String>

    /// The names they go by in `medmitra.env`, in its order.
    public var named: [(name: String, value: Secret<String>)] {
        [
            ("JWT_SECRET", jwtSecret), ("SUPABASE_PUBLISHABLE_KEY", publishableKey),
            ("SUPABASE_SECRET_KEY", secretKey), ("ANON_KEY", anonKey), ("SERVICE_ROLE_KEY", serviceRoleKey),
            ("POSTGRES_PASSWORD", postgresPassword),
        ]
    }

    /// What is configured, and new ones for the rest. A legacy key made for another secret would not verify, so the
    /// pair is made anew when only the secret is given. Throws ``StartupError``.
    public init(completing configuration: ServerConfiguration, clock: any WallClock) throws(StartupError) {
        jwtSecret = configuration.jwtSecret ?? APIKeys.generateSecret()
        let legacy: [Secret<String>]
        do {
            let issuer = try TokenIssuer(keys: try TokenKeySet(secret: jwtSecret))
            legacy = try [.anon, .service].map { group in try APIKeys.legacy(group, issuer: issuer, now: clock.now()) }
        } catch {
            throw .keys("the legacy keys could not be signed with JWT_SECRET: \(error)")
        }
        anonKey = configuration.anonKey ?? legacy[0]
        serviceRoleKey = configuration.serviceRoleKey ?? legacy[1]
        publishableKey = configuration.publishableKey ?? OpaqueKey.generate(.anon)
        secretKey = configuration.secretKey ?? OpaqueKey.generate(.service)
        postgresPassword =
            configuration.servicePassword
            ?? Secret(SecureRandom.text(length: 40, alphabet: SecureRandom.alphanumerics))
    }

    /// The `medmitra.env` file.
    public func environmentFile(url: String) -> String {
        var text = """
            # Keys of this MedMitra Gateway, made on its first start. Keep the file private: whoever has JWT_SECRET,
            # SUPABASE_SECRET_KEY or SERVICE_ROLE_KEY can read everything. Exported variables of these names win.

            """
        for (name, value) in named { text += "\(name)=\(value.reveal())\n" }
        return text + "SUPABASE_URL=\(url)\n"
    }

    /// Refuses keys that everybody knows where others can reach the listener. Throws `.demoSecret`.
    func check(onLoopbackOnly: Bool) throws(StartupError) -> [String] {
        var known: [String] = []
        if APIKeys.isDemoSecret(jwtSecret.reveal()) { known.append("JWT_SECRET") }
        for (name, value) in named.dropFirst().dropLast() where APIKeys.isDemoKey(value.reveal()) { known.append(name) }
        guard onLoopbackOnly || known.isEmpty else { throw .demoSecret(setting: known[0]) }
        return known.map { "\($0) is the well-known one of Supabase's example; never use it where others can connect" }
    }
}
