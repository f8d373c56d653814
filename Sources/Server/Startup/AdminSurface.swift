internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Rest

/// PostgREST's admin server: `/live`, `/ready`, `/metrics` and `/schema_cache`.
struct AdminSurface: Surface {
    let rest: RestService
    let metrics: MetricsObserver
    let name = "admin"

    var routes: RouteTable {
        var table = RouteTable()
        let rest = rest
        let metrics = metrics
        for method in [HTTPRequest.Method.get, .head] {
            table.on(method, "/live") { _ in .empty(.ok) }
            table.on(method, "/ready") { _ in .empty(rest.isReady ? .ok : .serviceUnavailable) }
            table.on(method, "/schema_cache") { _ in
                .bytes(Array((rest.schemaCacheText ?? "").utf8), contentType: "application/json; charset=utf-8")
            }
            table.on(method, "/metrics") { _ in
                .bytes(Array(metrics.text.utf8), contentType: "text/plain; version=0.0.4; charset=utf-8")
            }
        }
        return table
    }

    func keyRequirement(method: HTTPRequest.Method, path: String) -> KeyRequirement { .none }

    func render(_ error: any Error, for request: GatewayRequest) -> RenderedError {
        RenderedError(.empty(.notFound))
    }
}
