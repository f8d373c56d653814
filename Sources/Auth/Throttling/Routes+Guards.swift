internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore

/// What holds for every route: how long it may take, and how often it may be asked for.
extension Routes {
    /// Which family a route is counted in, parameters without their names; a route that is not here is not counted. Anonymous sign-ups and web3 grants,
    /// which only their bodies and queries tell apart, are counted once more where they are recognised.
    static let families: [String: RateFamily] = [
        "POST /token": .token, "GET /verify": .verify, "POST /verify": .verify, "POST /signup": .signUp,
        "POST /otp": .otp, "POST /magiclink": .magicLink, "POST /recover": .recover, "POST /resend": .resend,
        "GET /reauthenticate": .otp, "PUT /user": .updateUser, "POST /factors/:/challenge": .factor,
        "POST /factors/:/verify": .factor, "POST /sso": .sso, "POST /sso/saml/acs": .assertion,
        "POST /passkeys/authentication/options": .passkey, "POST /passkeys/authentication/verify": .passkey,
        "POST /oauth/clients/register": .clientRegistration, "POST /oauth/token": .token,
    ]

    static func guarded(_ table: RouteTable, by endpoints: Endpoints) -> RouteTable {
        let limit = TimeLimit(endpoints.configuration.throttling.requestDurationMax, grace: AuthLimits.cancellationMax)
        return table.wrapping { method, template, handler in
            let unnamed = template.split(separator: "/", omittingEmptySubsequences: false)
                .map { $0.hasPrefix(":") ? ":" : $0 }.joined(separator: "/")
            guard let family = families["\(method.rawValue) \(unnamed)"] else {
                return { request in
                    try await limit.run { try await checked(request, endpoints, handler) }
                }
            }
            return { request in
                try await limit.run {
                    try await endpoints.limit(family, request)
                    return try await checked(request, endpoints, handler)
                }
            }
        }
    }

    /// A captcha where people begin something; the client's address is noted for the hooks on the way.
    private static func checked(
        _ request: GatewayRequest, _ endpoints: Endpoints, _ handler: Handler
    ) async throws -> Response {
        try await RequestContext.$address.withValue(request.keptAddress) {
            try await handler(try await endpoints.checkCaptcha(request))
        }
    }
}
