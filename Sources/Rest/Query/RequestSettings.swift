internal import Core
internal import Postgres

/// What a request's transaction is told before its statement (contract, section 8).
struct RequestSettings {
    let request: APIRequest
    let caller: Caller
    let cache: SchemaCache
    let active: ActiveConfiguration
    /// `request.headers` and `request.cookies`, where they were written before.
    var fields: FieldTexts?

    /// Header fields as settings hold them.
    struct FieldTexts: Sendable {
        let headers: String
        let cookies: String

        init(_ request: APIRequest) {
            headers = RequestSettings.object(request.headers)
            cookies = RequestSettings.object(request.cookies)
        }
    }

    func settings(isReadOnly: Bool, routine: Routine? = nil) -> TransactionSettings {
        var settings = TransactionSettings()
        settings.isReadOnly = isReadOnly
        settings.set("search_path", searchPath)
        let roleSettings = cache.settings(ofRole: caller.role)
        for setting in roleSettings.settings { settings.set(setting.name, setting.value) }
        settings.set("request.jwt.claims", caller.claimsText)
        settings.set("request.method", request.method)
        settings.set("request.path", request.path)
        let fields = fields ?? FieldTexts(request)
        settings.set("request.headers", fields.headers)
        settings.set("request.cookies", fields.cookies)
        if let timeZone = request.preferences.timeZone { settings.set("timezone", timeZone) }
        for setting in routine?.hoistedSettings ?? [] { settings.set(setting.name, setting.value) }
        for setting in active.configuration.applicationSettings { settings.set(setting.name, setting.value.reveal()) }
        // The pool puts the role last, so that what the login role may set is set before it is given up.
        settings.set("role", caller.role)
        settings.statementTimeout = statementTimeout(among: roleSettings.settings + (routine?.hoistedSettings ?? []))
        return settings
    }

    /// The level that the function, or else the role, asks for.
    func isolation(routine: Routine? = nil) -> Isolation {
        switch (routine?.isolation ?? cache.settings(ofRole: caller.role).isolation)?.lowercased() {
        case "serializable": .serializable
        case "repeatable read": .repeatableRead
        default: .readCommitted
        }
    }

    private var searchPath: String { SQLWriter.quoted(request.schema) + active.searchPathEnd }

    /// A longer time-out than the pool's own has to be known to it, or it would give the connection up.
    private func statementTimeout(among settings: [Routine.Setting]) -> Duration? {
        guard let text = settings.last(where: { $0.name == "statement_timeout" })?.value,
            let timeout = PostgresDuration.parse(text)
        else { return nil }
        return timeout == .zero ? RestLimits.statementTimeoutMax : min(timeout, RestLimits.statementTimeoutMax)
    }

    /// Of repeated names the last counts, as in upstream's map.
    fileprivate static func object(_ pairs: [(name: String, value: String)]) -> String {
        if pairs.isEmpty { return "{}" }
        return JSON.object(JSONObject(pairs.map { ($0.name, JSON.string($0.value)) })).text
    }
}

/// Time settings as PostgreSQL writes them: `500`, `3s`, `2min` (PostgreSQL documentation, 20.1).
enum PostgresDuration {
    /// Nil for anything that PostgreSQL would not take either.
    static func parse(_ text: String) -> Duration? {
        let text = text.filter { $0 != " " }
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, digits.count <= 10, let count = Int64(digits) else { return nil }
        switch text.dropFirst(digits.count) {
        case "us": return .microseconds(count)
        case "", "ms": return .milliseconds(count)
        case "s": return .seconds(count)
        case "min": return .seconds(count * 60)
        case "h": return .seconds(count * 3600)
        case "d": return .seconds(count * 86_400)
        default: return nil
        }
    }
}

extension SQLWriter {
    /// A name in quotes, for the few settings that hold names.
    static func quoted(_ name: String) -> String {
        guard name.utf8.contains(UInt8(ascii: "\"")) else { return "\"" + name + "\"" }
        return "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
