internal import Core

/// Where in a token's claims the role is: PostgREST's `jwt-role-claim-key`, a JSONPath query (RFC 9535), or the older
/// notation (`.roles[0]`, `.roles[?(@ ^== "app_")]`) that PostgREST 16 still takes.
public struct RoleClaimPath: Sendable, Hashable {
    private enum Notation: Hashable {
        case query(JSONPath)
        case steps([OlderRoleClaimStep])
    }

    private let notation: Notation

    /// Nil for a text in neither notation.
    public init?(_ text: String) {
        do throws(JSONPathReader.Malformed) {
            notation = .query(try JSONPathReader.read(text))
        } catch {
            guard let steps = OlderRoleClaimStep.read(text) else { return nil }
            notation = .steps(steps)
        }
    }

    private init() { notation = .query(JSONPath(segments: [JSONPath.Segment(selectors: [.name("role")])])) }

    /// `$.role`
    public static let role = RoleClaimPath()

    /// The first value there; nil where there is none.
    func value(in claims: JSONObject) -> JSON? {
        switch notation {
        case .query(let path): return path.first(in: .object(claims))
        case .steps(let steps):
            var value: JSON? = .object(claims)
            for step in steps { value = value.flatMap(step.value) }
            return value
        }
    }
}
