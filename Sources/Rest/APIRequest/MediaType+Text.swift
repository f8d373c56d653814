extension MediaType {
    /// The type with its parameters, as ``RequestError/noMediaType(asked:)`` and `Content-Type` show it.
    var name: String {
        switch self {
        case .json: "application/json"
        case .geoJSON: "application/geo+json"
        case .csv: "text/csv"
        case .text: "text/plain"
        case .xml: "text/xml"
        case .openAPI: "application/openapi+json"
        case .form: "application/x-www-form-urlencoded"
        case .octetStream: "application/octet-stream"
        case .any: "*/*"
        case .strippedArray: "application/vnd.pgrst.array+json;nulls=stripped"
        case .singular(let stripsNulls): "application/vnd.pgrst.object+json" + (stripsNulls ? ";nulls=stripped" : "")
        case .plan(let type, let format, let options):
            "application/vnd.pgrst.plan+\(format.rawValue); for=\"\(type.name)\"" + MediaType.text(options)
        case .other(let type): type
        }
    }

    /// The value of `Content-Type` in an answer of this type.
    var contentType: String {
        switch self {
        case .octetStream, .other: name
        case .json, .geoJSON, .csv, .text, .xml, .openAPI, .form, .any, .strippedArray, .singular, .plan:
            name + "; charset=utf-8"
        }
    }

    private static func text(_ options: Set<PlanOption>) -> String {
        let named = PlanOption.allCases.filter(options.contains).map(\.rawValue)
        return named.isEmpty ? "" : "; options=" + named.joined(separator: "|")
    }
}
