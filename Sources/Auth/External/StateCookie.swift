internal import Gateway
internal import HTTPTypes

/// The cookie that shows at the callback that the browser is the one that was sent to the provider. Each flow has one of
/// its own, so that several tabs do not disturb each other.
///
/// Not every flow has one. The code of a flow with a challenge is worth nothing without the app's verifier. A client that
/// is no browser says nothing of navigating and is not asked. And by default neither is a browser without `https`, where
/// cookies protect nothing, nor where the callback was configured to be on another host, whose cookies would be others.
struct StateCookie: Sendable {
    /// Whether it is given and asked for at all.
    let isUsed: Bool
    private let name: String
    private let attributes: String

    init(flowID: String, _ configuration: AuthConfiguration, _ provider: ExternalProvider) {
        let service = configuration.redirects.serviceURL
        let isSecure = provider.redirectURI.hasPrefix("https://")
        switch configuration.external.stateCookie {
        case .never: isUsed = false
        case .always: isUsed = true
        case .automatic:
            // Apple's answer is a post from its own page, which carries no cookies but those of `SameSite=None`.
            isUsed = isSecure && RedirectPlace(service)?.host == RedirectPlace(provider.redirectURI)?.host
        }
        // The prefix keeps other hosts of the domain from setting it (RFC 6265bis, section 4.1.3.2).
        name = (isSecure ? "__Host-" : "") + "sb-flow-" + flowID
        let lifetime = configuration.external.flowLifetime.components.seconds
        attributes =
            "; Path=/; Max-Age=\(lifetime); HttpOnly"
            + (isSecure ? "; Secure; SameSite=\(provider.kind == .apple ? "None" : "Lax")" : "; SameSite=Lax")
    }

    /// `Set-Cookie` of the way there.
    var setting: String { name + "=1" + attributes }

    /// Whether the callback may go on.
    func isSatisfied(by request: GatewayRequest) -> Bool {
        guard isUsed, request.isNavigation else { return true }
        return (request.headers[.cookie] ?? "").split(separator: ";").contains { pair in
            let pair = pair.drop { $0 == " " }
            return pair == name + "=1"
        }
    }
}

extension GatewayRequest {
    /// Whether a browser says that it follows a link or redirect (Fetch Metadata, section 2.3). All current ones do where
    /// the connection is secure.
    fileprivate var isNavigation: Bool {
        HTTPField.Name("Sec-Fetch-Mode").flatMap { headers[$0] } == "navigate"
    }
}
