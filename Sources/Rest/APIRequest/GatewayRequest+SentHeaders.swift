internal import Gateway
internal import HTTPTypes

extension GatewayRequest {
    /// The header fields with `Host` among them, which the types of HTTP keep apart: functions read it in
    /// `request.headers`.
    var sentHeaders: HTTPFields {
        guard let authority else { return headers }
        var fields = headers
        fields[.host] = authority
        return fields
    }
}

extension HTTPField.Name {
    fileprivate static let host = {
        guard let name = HTTPField.Name("host") else { preconditionFailure("host is no field name") }
        return name
    }()
}
