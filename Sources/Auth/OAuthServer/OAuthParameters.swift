internal import Core
internal import Gateway
internal import HTTPTypes

/// The parameters of a request to the token or revocation endpoint: a form (RFC 6749, section 3.2) or, as GoTrue takes
/// it too, a JSON object. Never the query, which ends in logs.
struct OAuthParameters: Sendable {
    private let values: [String: String]

    /// Throws `invalid_request` for a body that is neither and for parameters sent twice.
    init(_ request: GatewayRequest) async throws {
        if request.mediaType == "application/json" {
            values = try Self.texts(try await Self.object(request))
        } else {
            values = try Self.form(try await request.bytes(limit: AuthLimits.body))
        }
    }

    /// A parameter without a value is as good as absent (RFC 6749, section 3.1).
    subscript(name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    func required(_ name: String) throws(AuthError) -> String {
        guard let value = self[name] else { throw .invalidRequest("\(name) is required") }
        return value
    }

    private static func object(_ request: GatewayRequest) async throws -> JSONObject {
        let json: JSON?
        do throws(BodyError) {
            json = try await request.json(limit: AuthLimits.body)
        } catch {
            guard case .notJSON = error else { throw error }
            throw AuthError.invalidRequest("Invalid JSON body")
        }
        guard let object = json?.object else { throw AuthError.invalidRequest("Invalid JSON body") }
        return object
    }

    private static func texts(_ object: JSONObject) throws(AuthError) -> [String: String] {
        var values: [String: String] = [:]
        for (name, value) in object.members {
            guard let text = value.string else { continue }
            guard !text.utf8.contains(0) else { throw .invalidRequest("\(name) contains a NUL character") }
            values[name] = text
        }
        return values
    }

    private static func form(_ bytes: [UInt8]) throws(AuthError) -> [String: String] {
        let query: Query?
        do throws(RequestLineError) {
            query = try String(validating: bytes, as: UTF8.self).map { text throws(RequestLineError) in try Query(text)
            }
        } catch {
            throw .invalidRequest("Failed to parse form data")
        }
        guard let query else { throw .invalidRequest("Failed to parse form data") }
        var values: [String: String] = [:]
        for (name, value) in query.items {
            guard values.updateValue(value, forKey: name) == nil else {
                throw .invalidRequest("\(name) must not be repeated")
            }
        }
        return values
    }
}
