internal import Core
internal import Gateway

/// The members of a JSON body: `null` is as good as absent, unknown members are ignored, a member of another kind than
/// asked for is an error.
struct Fields: Sendable {
    let object: JSONObject

    init(_ object: JSONObject) { self.object = object }

    /// Reads the body, whatever its declared type. An empty body is refused unless `optional`.
    init(_ request: GatewayRequest, optional: Bool = false) async throws {
        guard let json = try await request.json(limit: AuthLimits.body) else {
            guard optional else { throw AuthError.badJSON(reason: "unexpected end of JSON input") }
            object = [:]
            return
        }
        guard let object = json.object else {
            throw AuthError.badJSON(reason: "a JSON object is expected")
        }
        self.object = object
    }

    private func value(_ name: String) -> JSON? {
        guard let value = object[name], !value.isNull else { return nil }
        return value
    }

    func text(_ name: String) throws(AuthError) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.string else { throw .badJSON(reason: "\(name) must be a string") }
        guard !text.utf8.contains(0) else { throw .invalid("\(name) contains a NUL character") }
        return text
    }

    func bool(_ name: String) throws(AuthError) -> Bool? {
        guard let value = value(name) else { return nil }
        guard let bool = value.bool else { throw .badJSON(reason: "\(name) must be a boolean") }
        return bool
    }

    func object(_ name: String) throws(AuthError) -> JSONObject? {
        guard let value = value(name) else { return nil }
        guard let object = value.object else { throw .badJSON(reason: "\(name) must be an object") }
        return object
    }

    /// A text that is present and not empty.
    func filledText(_ name: String) throws(AuthError) -> String? {
        guard let text = try text(name), !text.isEmpty else { return nil }
        return text
    }
}
