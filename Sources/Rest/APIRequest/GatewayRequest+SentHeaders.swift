internal import Gateway
internal import HTTPTypes

extension GatewayRequest {
    /// The header fields with `Host` among them, which the types of HTTP keep apart: functions read it in
    /// `request.headers`.
    var sentHeaders: HTTPFields { headers.with(host: authority) }
}

extension HTTPFields {
    /// The fields and `host`, if there was one.
    func with(host: String?) -> HTTPFields {
        guard let host else { return self }
        var fields = self
        fields[.host] = host
        return fields
    }
}

extension HTTPField.Name {
    fileprivate static let host = {
        guard let name = HTTPField.Name("host") else { preconditionFailure("host is no field name") }
        return name
    }()
}
