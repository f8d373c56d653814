internal import Core
internal import Gateway

extension RequestFields {
    /// The query of `request`, read by the same rules as a body.
    init(queryOf request: GatewayRequest) {
        self.init(JSONObject(request.query.items.map { ($0.name, .string($0.value)) }), path: "querystring")
    }
}
