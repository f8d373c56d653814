internal import Core
internal import Gateway

/// What a provider gave for a code (RFC 6749, section 5.1).
struct ProviderTokens: Sendable {
    let accessToken: String
    let refreshToken: String?
    let idToken: String?

    /// GitHub says failures with status 200, so what counts is that there is a token.
    init(_ response: WebResponse) throws(ProviderFailure) {
        let members = ProviderTokens.members(response)
        func text(_ name: String) -> String? { members[name].flatMap { $0.isEmpty ? nil : $0 } }
        guard (200..<300).contains(response.status), let accessToken = text("access_token") else {
            let reason = text("error").map { " (\(ProviderTokens.code($0)))" } ?? ""
            throw ProviderFailure(cause: "the exchange of a code: status \(response.status)\(reason)")
        }
        self.accessToken = accessToken
        refreshToken = text("refresh_token")
        idToken = text("id_token")
    }

    /// The standard asks for JSON; some answer with a form all the same.
    private static func members(_ response: WebResponse) -> [String: String] {
        if let object = response.json?.object {
            return Dictionary(
                object.members.compactMap { member in member.value.string.map { (member.key, $0) } },
                uniquingKeysWith: { $1 })
        }
        let text = String(decoding: response.body, as: UTF8.self)
        guard !text.utf8.contains(where: { $0 < 0x20 }) else { return [:] }
        // What is no form either holds no token, and that is what is refused.
        guard let form = try? Query(text) else { return [:] }
        return Dictionary(form.items.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// An error code as far as it looks like one; the log takes no free text of strangers.
    private static func code(_ text: String) -> String {
        String(text.prefix(ExternalLimits.echoedCharactersMax).filter { $0.isASCII && ($0.isLetter || $0 == "_") })
    }
}
