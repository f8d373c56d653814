internal import Gateway
internal import HTTPTypes

/// Lets small requests be answered on the event loop of their connection: those that are one flight of statements with
/// one small answer.
struct RestLane: DirectLane {
    let service: RestService
    let keyRequirement: KeyRequirement
    var vary: String { Answer.vary }

    func enter(_ headers: HTTPFields, authority: String?, _ credentials: Credentials) -> (any DirectCaller)? {
        let active = service.settings.current
        let configuration = active.configuration
        // The ordinary way says why a token is refused, and knows what is rarely wanted.
        guard !configuration.showsTiming, configuration.traceHeader == nil, let cache = service.schemaCache.current,
            let caller = try? active.callers.caller(credentials)
        else { return nil }
        return RestCaller(
            service: service, active: active, cache: cache, caller: caller, headers: headers.with(host: authority))
    }
}
