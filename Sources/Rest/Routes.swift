internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore

extension RestService {
    /// Every route of the service. All lead to one handler: what a path and a method mean is the request's own matter
    /// (``APIRequest/action``), errors for deeper paths included.
    static func table(of service: RestService) -> RouteTable {
        var routes = RouteTable()
        for method in [HTTPRequest.Method.get, .head, .post, .patch, .put, .delete, .options] {
            for template in ["/", "/:relation", "/rpc/:function", "/*path"] {
                routes.on(method, template) { try await service.respond(to: $0) }
            }
        }
        return routes
    }
}
