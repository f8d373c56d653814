internal import Gateway

extension Routes {
    /// What holds for all routes alike, in this order: the client's address is noted for hooks, and a captcha asked for
    /// where people begin something.
    static func guarded(_ table: RouteTable, _ endpoints: Endpoints) -> RouteTable {
        table.guarded { _, _, handler in
            { request in
                try await RequestContext.$address.withValue(request.keptAddress) {
                    try await handler(try await endpoints.checkCaptcha(request))
                }
            }
        }
    }
}
