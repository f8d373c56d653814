internal import Core

extension Payload {
    /// The body and the keys to write, or nothing where `action` has no use for a body. `columns` is the parameter of
    /// that name. Throws ``RequestError/invalidBody(_:)``.
    static func read(
        _ body: [UInt8], _ contentType: MediaType, for action: Action, columns: [String]?
    ) throws(RequestError) -> (payload: Payload?, keys: [String]) {
        let payload: Payload
        switch action {
        case .mutate(_, .insert), .mutate(_, .update):
            payload = try rows(body, contentType, trusting: columns)
        case .mutate(_, .singleUpsert): payload = try rows(body, contentType, trusting: nil)
        case .invoke(_, .post): payload = try call(body, contentType, trusting: columns)
        case .read, .mutate(_, .delete), .invoke(_, .get), .invoke(_, .head), .describe, .relationInfo, .functionInfo,
            .rootInfo:
            return (nil, [])
        }
        switch payload {
        case .json(_, let keys): return (payload, keys)
        case .uncheckedJSON: return (payload, columns ?? [])
        case .arguments(let pairs): return (payload, KeySet.sorted(pairs.map(\.name)))
        case .raw: return (payload, [])
        }
    }

    private static func rows(
        _ body: [UInt8], _ contentType: MediaType, trusting columns: [String]?
    ) throws(RequestError) -> Payload {
        switch contentType {
        case .json: return columns == nil ? try checked(body) : .uncheckedJSON(body)
        case .csv: return try csv(body)
        case .form:
            var object = JSONObject()
            for (name, value) in try formFields(body) { object[name] = .string(value) }
            return .json(JSON.object(object).bytes, keys: KeySet.sorted(object.members.map(\.key)))
        case .geoJSON, .text, .xml, .openAPI, .octetStream, .any, .strippedArray, .singular, .plan, .other:
            throw .invalidBody(.contentType(contentType.name))
        }
    }

    private static func call(
        _ body: [UInt8], _ contentType: MediaType, trusting columns: [String]?
    ) throws(RequestError) -> Payload {
        switch contentType {
        case .json:
            if columns != nil { return .uncheckedJSON(body) }
            return body.isEmpty ? .json(Array("{}".utf8), keys: []) : try checked(body)
        case .csv: return try csv(body)
        case .form: return .arguments(try formFields(body))
        case .text, .xml, .octetStream: return .raw(body)
        case .geoJSON, .openAPI, .any, .strippedArray, .singular, .plan, .other:
            throw .invalidBody(.contentType(contentType.name))
        }
    }

    private static func checked(_ body: [UInt8]) throws(RequestError) -> Payload {
        switch JSONShapeReader.shape(of: body) {
        case .object(let keys), .rows(let keys): return .json(body, keys: keys)
        case .noRows, .scalar: return .json(Array("[]".utf8), keys: [])
        case .unevenRows: throw .invalidBody(.keysDiffer)
        case nil: throw .invalidBody(.json)
        }
    }

    private static func csv(_ body: [UInt8]) throws(RequestError) -> Payload {
        let (bytes, keys) = try CSVReader.json(of: body)
        return .json(bytes, keys: keys)
    }

    private static func formFields(_ body: [UInt8]) throws(RequestError) -> [(name: String, value: String)] {
        guard let form = FormPairs(parsing: body) else { throw .invalidBody(.form) }
        return form.pairs.map { ($0.name, $0.value ?? "") }
    }
}
