internal import Gateway
internal import HTTPTypes

extension Routes {
    /// Single sign-on by SAML, which nobody can switch on yet: clients are told what GoTrue tells them where it is off.
    static func singleSignOn(_ table: inout RouteTable) {
        for (method, path) in [
            (HTTPRequest.Method.post, "/sso"), (.get, "/sso/saml/metadata"), (.post, "/sso/saml/acs"),
        ] {
            table.on(method, path) { _ in throw AuthError.refused(.samlDisabled) }
        }
    }
}

extension Refusal {
    static let samlDisabled = Refusal(.notFound, .samlProviderDisabled, "SAML 2.0 is disabled")
}
