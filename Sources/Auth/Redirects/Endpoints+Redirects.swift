internal import Gateway
internal import HTTPTypes

extension Endpoints {
    /// Where a link or redirect leads: the first allowed place that the request names, else the app's own URL.
    func redirectTarget(_ request: GatewayRequest) -> String { redirectTarget(request, form: nil) }

    /// The same for a request whose form or body may name a place too.
    func redirectTarget(_ request: GatewayRequest, form: String?) -> String {
        redirects.target(among: [
            request.headers[.redirectTo], request.query["redirect_to"], form, request.headers[.referer],
        ])
    }
}
