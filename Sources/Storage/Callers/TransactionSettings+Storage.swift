internal import Core
internal import Gateway
internal import HTTPTypes
internal import Postgres

extension TransactionSettings {
    /// What policies on storage tables may read in a caller's transaction (storage contract, section 9).
    init(_ identity: Identity, _ operation: Operation, _ request: GatewayRequest) {
        self.init(caller: identity.caller)
        set("request.jwt", identity.token ?? "")
        set("request.jwt.claim.sub", identity.caller.subject ?? "")
        set("request.jwt.claim.role", identity.caller.role)
        set("request.headers", TransactionSettings.visibleHeaders(request.headers).text)
        set("request.method", request.method.rawValue)
        set("request.path", request.path)
        set("storage.operation", operation.rawValue)
        set("storage.allow_delete_query", "true")
        statementTimeout = StorageLimits.statementTimeout
    }

    /// The service's own work, which row-level security does not hold back.
    static func service(_ operation: Operation) -> TransactionSettings {
        var settings = TransactionSettings.serviceItself
        settings.set("storage.operation", operation.rawValue)
        settings.set("storage.allow_delete_query", "true")
        settings.statementTimeout = StorageLimits.statementTimeout
        return settings
    }

    /// Credentials stay out: a policy has the claims, and statement logs show parameters.
    private static func visibleHeaders(_ headers: HTTPFields) -> JSON {
        var object = JSONObject()
        for field in headers where !hidden.contains(field.name.canonicalName) {
            let name = field.name.canonicalName
            object[name] = object[name]?.string.map { .string($0 + ", " + field.value) } ?? .string(field.value)
        }
        return .object(object)
    }

    private static let hidden: Set<String> = ["authorization", "apikey", "cookie", "x-signature", "sb-api-key"]
}
