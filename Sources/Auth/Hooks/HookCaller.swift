internal import Core
internal import Cryptography
internal import Postgres

/// Calls hooks and reads their answers (contract, section 7).
struct HookCaller: Sendable {
    let configuration: HookConfiguration
    let database: Database
    let web: (any WebClient)?
    let clock: any WallClock
    let observer: any Observer

    func isEnabled(_ name: HookConfiguration.Name) -> Bool { configuration.targets[name] != nil }

    /// The hook's answer; nil when it has none, or when the hook is off. Throws `.refused` in the hook's words, or ours.
    ///
    /// - Parameters:
    ///   - input: what the hook is told, besides the metadata.
    ///   - transaction: what a function is to see and take part in; nil gives it a transaction of its own.
    func call(
        _ name: HookConfiguration.Name, _ input: JSONObject, address: String?, in transaction: Transaction? = nil
    ) async throws(AuthError) -> JSON? {
        guard let target = configuration.targets[name] else { return nil }
        var whole: JSONObject = [
            "metadata": [
                "uuid": .string(SecureRandom.uuid()), "time": .string(clock.now().rfc3339()),
                "name": .string(name.rawValue), "ip_address": .string(address ?? ""),
            ]
        ]
        for (key, value) in input.members { whole[key] = value }
        do throws(HookFault) {
            return try await call(target, .object(whole), in: transaction)
        } catch {
            throw refused(error, by: name)
        }
    }

    /// A fault as the client sees it; the operator is told as well.
    func refused(_ fault: HookFault, by name: HookConfiguration.Name) -> AuthError {
        observer.observe(.warning("hook \(name.rawValue): \(fault.cause)"))
        return .refused(fault.refusal)
    }

    private func call(
        _ target: HookTarget, _ input: JSON, in transaction: Transaction?
    ) async throws(HookFault) -> JSON? {
        let answer: JSON?
        switch target.kind {
        case .function(let function):
            let text = try await run(function, input, in: transaction)
            answer = text.isEmpty ? Optional.none : try HookCaller.parsed(Array(text.utf8))
        case .web(let url, let keys):
            guard let web else { throw .notReachable }
            answer = try await WebHook(url: url, keys: keys, web: web, clock: clock).call(input)
        }
        if let answer { try HookCaller.check(answer) }
        return answer
    }

    /// What the function returns as text; empty for null and for functions that return nothing.
    private func run(
        _ function: DatabaseFunction, _ input: JSON, in transaction: Transaction?
    ) async throws(HookFault) -> String {
        let statement = HookStatements.call(function, input: input)
        do throws(DatabaseError) {
            guard let transaction else {
                var settings = TransactionSettings.serviceItself
                settings.statementTimeout = HookLimits.functionTime
                return try await database.run(settings, statement).first?.optionalText(0) ?? ""
            }
            let results = try await transaction.run([
                HookStatements.limitTime(HookLimits.functionTime), statement, HookStatements.resetTime,
            ])
            return results.count > 1 ? results[1].first?.optionalText(0) ?? "" : ""
        } catch {
            throw .database(error)
        }
    }

    static func parsed(_ bytes: [UInt8]) throws(HookFault) -> JSON? {
        guard bytes.count <= HookLimits.answer.bytes else { throw .tooLarge }
        do throws(JSONError) { return try JSON(parsing: bytes) } catch { throw .notJSON }
    }

    /// Throws what an answer of the form `{"error": {"http_code", "message"}}` says.
    private static func check(_ answer: JSON) throws(HookFault) {
        guard let error = answer["error"]?.object, let message = error["message"]?.string, !message.isEmpty else {
            return
        }
        throw .rejected(
            status: error["http_code"]?.int ?? 500, message: String(message.prefix(HookLimits.messageCharactersMax)))
    }
}
