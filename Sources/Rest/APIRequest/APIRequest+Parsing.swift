internal import HTTPTypes

extension APIRequest {
    /// Reads a request whose `path` is the one below the mount, percent-encoded as sent, and whose `query` is the raw
    /// query string without `?`. Throws ``RequestError``.
    init(
        method: String, path: String, query rawQuery: String, headers fields: HTTPFields, body: [UInt8],
        rules: RequestRules
    ) throws(RequestError) {
        let resource = try Resource(path: path, rules: rules)
        (schema, schemaIsNegotiated) = try APIRequest.schema(method, fields, rules)
        action = try resource.action(method)
        let rootBounds: RowBounds
        (query, rootBounds) = try QueryParameters.parse(rawQuery, takesArguments: action.takesArguments)
        topRange = try APIRequest.range(method, rootBounds, fields)
        contentType = fields[.contentType].map { MediaType($0) } ?? .json
        (payload, columns) = try Payload.read(body, contentType, for: action, columns: query.columns)
        preferences = Preferences(
            headers: fields[values: .prefer], allowsTransactionEnd: rules.requestsEndTransaction)
        accept = fields[.accept].map { MediaType.accepted($0) } ?? [.any]
        self.method = method
        self.path = path
        takeFields(of: fields)
    }

    private static func schema(
        _ method: String, _ fields: HTTPFields, _ rules: RequestRules
    ) throws(RequestError) -> (String, Bool) {
        let isWrite = ["POST", "PATCH", "PUT", "DELETE"].contains(method)
        guard let asked = fields[isWrite ? .contentProfile : .acceptProfile] else {
            return (rules.schemas[0], rules.schemas.count != 1)
        }
        guard rules.schemas.contains(asked) else { throw .schemaNotExposed(asked, exposed: rules.schemas) }
        return (asked, true)
    }

    /// `Range` counts for GET alone (RFC 9110, section 14.2).
    private static func range(
        _ method: String, _ asked: RowBounds, _ fields: HTTPFields
    ) throws(RequestError) -> RowRange {
        let header = method == "GET" ? fields[.range].map { RowBounds(rangeHeader: $0) } ?? .all : .all
        let bounds = header.intersection(asked)
        if !asked.isZeroLimit, bounds.isEmpty {
            throw .invalidRange(header.isEmpty ? .lowerAboveUpper : .negativeLimit)
        }
        let range = asked.isZeroLimit ? RowRange(offset: 0, limit: 0) : bounds.range
        if method == "PUT", range != .all { throw .upsertWithRange }
        return range
    }
}

extension HTTPField.Name {
    static let prefer = HTTPField.Name.negotiation("prefer")
    static let acceptProfile = HTTPField.Name.negotiation("accept-profile")
    static let contentProfile = HTTPField.Name.negotiation("content-profile")

    private static func negotiation(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is no field name") }
        return name
    }
}

/// What a path names.
private enum Resource {
    case relation(String)
    case function(String)
    case root

    init(path: String, rules: RequestRules) throws(RequestError) {
        var names: [String] = []
        for segment in path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst() {
            guard let name = PercentText.decoded(segment, plusIsSpace: false) else { throw .invalidPath }
            names.append(name)
        }
        if names == [""] { names = [] }
        switch names.count {
        case 0:
            if !rules.hasRoot { throw .openAPIDisabled }
            self = rules.rootFunction.map { .function($0) } ?? .root
        case 1: self = .relation(names[0])
        case 2 where names[0] == "rpc" && !names[1].isEmpty: self = .function(names[1])
        default: throw .invalidPath
        }
    }

    func action(_ method: String) throws(RequestError) -> Action {
        switch (self, method) {
        case (.relation(let name), "GET"): return .read(relation: name, headersOnly: false)
        case (.relation(let name), "HEAD"): return .read(relation: name, headersOnly: true)
        case (.relation(let name), "POST"): return .mutate(relation: name, .insert)
        case (.relation(let name), "PATCH"): return .mutate(relation: name, .update)
        case (.relation(let name), "PUT"): return .mutate(relation: name, .singleUpsert)
        case (.relation(let name), "DELETE"): return .mutate(relation: name, .delete)
        case (.relation(let name), "OPTIONS"): return .relationInfo(relation: name)
        case (.function(let name), "GET"): return .invoke(function: name, .get)
        case (.function(let name), "HEAD"): return .invoke(function: name, .head)
        case (.function(let name), "POST"): return .invoke(function: name, .post)
        case (.function(let name), "OPTIONS"): return .functionInfo(function: name)
        case (.function, _): throw .methodNotForFunctions(method)
        case (.root, "GET"): return .describe(headersOnly: false)
        case (.root, "HEAD"): return .describe(headersOnly: true)
        case (.root, "OPTIONS"): return .rootInfo
        case (.relation, _), (.root, _): throw .methodUnsupported(method)
        }
    }
}

extension Action {
    /// Whether query parameters without an operator are arguments of a function.
    fileprivate var takesArguments: Bool {
        if case .invoke(_, let invocation) = self { invocation.isRead } else { false }
    }
}
