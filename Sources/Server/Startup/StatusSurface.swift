internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres
internal import Rest

/// `/health`: the process answers. `/ready`: it can serve, that is, the database answers (the port opens only after
/// the migrations are done) and the REST service has read the schema.
struct StatusSurface: Surface {
    enum Kind: Sendable {
        case health
        /// `rest` is nil where the REST service does not run.
        case ready(Database, rest: RestService?)
    }

    let kind: Kind
    let name = "status"

    var routes: RouteTable {
        var table = RouteTable()
        let kind = kind
        table.on(.get, "/") { _ in await StatusSurface.answer(kind) }
        table.on(.head, "/") { _ in await StatusSurface.answer(kind) }
        return table
    }

    func keyRequirement(method: HTTPRequest.Method, path: String) -> KeyRequirement { .none }

    func render(_ error: any Error, for request: GatewayRequest) -> RenderedError {
        RenderedError(
            .json(["message": "Not Found", "detail": "Not Found", "error": "Not Found"], status: .notFound))
    }

    private static func answer(_ kind: Kind) async -> Response {
        guard case .ready(let database, let rest) = kind else { return .json(["status": "ok"]) }
        do throws(DatabaseError) {
            try await database.run("select 1")
            if let rest, !rest.isReady {
                return .json(
                    ["status": "unavailable", "reason": "the schema has not been read yet"],
                    status: .serviceUnavailable)
            }
            return .json(["status": "ready"])
        } catch {
            return .json(
                ["status": "unavailable", "reason": .string("\(error)")], status: .serviceUnavailable)
        }
    }
}

/// `/metrics` on the internal listener.
struct MetricsSurface: Surface {
    let metrics: MetricsObserver
    let name = "metrics"

    var routes: RouteTable {
        var table = RouteTable()
        let metrics = metrics
        table.on(.get, "/metrics") { _ in
            .bytes(Array(metrics.text.utf8), contentType: "text/plain; version=0.0.4; charset=utf-8")
        }
        return table
    }

    func keyRequirement(method: HTTPRequest.Method, path: String) -> KeyRequirement { .none }

    func render(_ error: any Error, for request: GatewayRequest) -> RenderedError {
        RenderedError(.text("Not Found\n", status: .notFound))
    }
}

/// Sends everything on a plain listener to the HTTPS address.
struct RedirectSurface: Surface {
    let publicURL: String
    let name = "redirect"

    var routes: RouteTable {
        var table = RouteTable()
        for method in [HTTPRequest.Method.get, .head, .post, .put, .patch, .delete, .options] {
            for template in ["/", "/*rest"] { table.on(method, template) { redirect($0) } }
        }
        return table
    }

    func keyRequirement(method: HTTPRequest.Method, path: String) -> KeyRequirement { .none }

    func render(_ error: any Error, for request: GatewayRequest) -> RenderedError {
        RenderedError(redirect(request))
    }

    /// 308 keeps method and body.
    private func redirect(_ request: GatewayRequest) -> Response {
        let query = request.query.raw.isEmpty ? "" : "?" + request.query.raw
        return .empty(.permanentRedirect, headers: [.location: publicURL + request.path + query])
    }
}
