internal import Core
internal import Postgres
internal import Synchronization
internal import Tokens

/// The settings in force, with what is made of them once. A request keeps the one it began with.
final class ActiveConfiguration: Sendable {
    let configuration: RestConfiguration
    let callers: CallerReader
    let preRequest: SQL?
    /// What follows the request's schema in `search_path`.
    let searchPathEnd: String
    let documents = DocumentCache()
    let plannedReads = PlannedReads()
    let plannedChanges = PlannedChanges()

    /// - Parameter verifier: nil makes one of the configuration's own secret, if it has one.
    ///
    /// Throws ``TokenKeySetError`` for a secret that cannot be used.
    init(
        _ configuration: RestConfiguration, verifier: TokenVerifier?, clock: any WallClock
    ) throws(TokenKeySetError) {
        self.configuration = configuration
        var verifier = verifier
        if verifier == nil, let secret = configuration.jwtSecret {
            verifier = TokenVerifier(
                keys: try TokenKeySet(
                    verifyingWithSecret: secret, isBase64: configuration.isJWTSecretBase64,
                    previousSecrets: configuration.previousJWTSecrets), claims: .foreign)
        }
        callers = CallerReader(verifier: verifier, clock: clock, configuration: configuration)
        searchPathEnd = configuration.extraSearchPath.map { ", " + SQLWriter.quoted($0) }.joined()
        preRequest = configuration.preRequest.map(ActiveConfiguration.call)
    }

    /// The call of a function named in a setting, `schema.name` or a bare name.
    static func call(_ function: String) -> SQL {
        let parts = function.split(separator: ".", maxSplits: 1).map(String.init)
        return parts.count == 2
            ? "select \(identifier: parts[0]).\(identifier: parts[1])()" : "select \(identifier: function)()"
    }
}

/// The settings that new requests begin with.
final class ConfigurationHolder: Sendable {
    private let state: Mutex<ActiveConfiguration>

    init(_ configuration: ActiveConfiguration) { state = Mutex(configuration) }

    var current: ActiveConfiguration { state.withLock { $0 } }

    func replace(with configuration: ActiveConfiguration) { state.withLock { $0 = configuration } }
}
