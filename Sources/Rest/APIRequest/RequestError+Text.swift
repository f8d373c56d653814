internal import Core
internal import HTTPTypes

extension RequestError {
    var code: String {
        switch self {
        case .syntax: "PGRST100"
        case .methodNotForFunctions: "PGRST101"
        case .invalidBody: "PGRST102"
        case .invalidRange: "PGRST103"
        case .upsertFiltersNotPrimaryKey: "PGRST105"
        case .schemaNotExposed: "PGRST106"
        case .noMediaType: "PGRST107"
        case .notEmbedded: "PGRST108"
        case .responseHeadersUnusable: "PGRST111"
        case .responseStatusUnusable: "PGRST112"
        case .upsertWithRange: "PGRST114"
        case .upsertKeyMismatch: "PGRST115"
        case .notSingular: "PGRST116"
        case .methodUnsupported: "PGRST117"
        case .relatedOrderNotToOne: "PGRST118"
        case .raiseUnusable: "PGRST121"
        case .unknownPreferences: "PGRST122"
        case .aggregatesDisabled: "PGRST123"
        case .tooManyAffected: "PGRST124"
        case .invalidPath: "PGRST125"
        case .openAPIDisabled: "PGRST126"
        case .notImplemented: "PGRST127"
        case .maxAffectedOnSingleResult: "PGRST128"
        }
    }

    var status: HTTPResponse.Status {
        switch self {
        case .syntax, .invalidBody, .notEmbedded, .upsertWithRange, .upsertKeyMismatch, .relatedOrderNotToOne,
            .unknownPreferences, .aggregatesDisabled, .tooManyAffected, .notImplemented, .maxAffectedOnSingleResult:
            .badRequest
        case .invalidPath, .openAPIDisabled: .notFound
        case .methodNotForFunctions, .upsertFiltersNotPrimaryKey, .methodUnsupported: .methodNotAllowed
        case .schemaNotExposed, .noMediaType, .notSingular: .notAcceptable
        case .invalidRange: .rangeNotSatisfiable
        case .responseHeadersUnusable, .responseStatusUnusable, .raiseUnusable: .internalServerError
        }
    }

    var message: String {
        switch self {
        case .syntax(let message, _): message
        case .methodNotForFunctions(let method): "Cannot use the \(method) method on RPC"
        case .invalidBody(let mistake): mistake.text
        case .invalidRange: "Requested range not satisfiable"
        case .upsertFiltersNotPrimaryKey:
            "Filters must include all and only primary key columns with 'eq' operators"
        case .schemaNotExposed(let schema, _): "Invalid schema: \(schema)"
        case .noMediaType(let asked):
            "None of these media types are available: \(asked.map(\.name).joined(separator: ", "))"
        case .notEmbedded(let target, _): "'\(target)' is not an embedded resource in this request"
        case .responseHeadersUnusable:
            "response.headers guc must be a JSON array composed of objects with a single key and a string value"
        case .responseStatusUnusable: "response.status guc must be a valid status code"
        case .upsertWithRange: "limit/offset querystring parameters are not allowed for PUT"
        case .upsertKeyMismatch: "Payload values do not match URL in primary key column(s)"
        case .notSingular: "Cannot coerce the result to a single JSON object"
        case .methodUnsupported(let method): "Unsupported HTTP method: \(method)"
        case .relatedOrderNotToOne(_, let target): "A related order on '\(target)' is not possible"
        case .raiseUnusable: "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error"
        case .unknownPreferences: "Invalid preferences given with handling=strict"
        case .aggregatesDisabled: "Use of aggregate functions is not allowed"
        case .tooManyAffected: "Query result exceeds max-affected preference constraint"
        case .invalidPath: "Invalid path specified in request URL"
        case .openAPIDisabled: "Root endpoint metadata is disabled"
        case .notImplemented: "Feature not implemented"
        case .maxAffectedOnSingleResult:
            "Function must return SETOF or TABLE when max-affected preference is used with handling=strict"
        }
    }

    var details: JSON {
        switch self {
        case .syntax(_, let details): .string(details)
        case .invalidRange(let mistake): .string(mistake.text)
        case .notEmbedded(_, .some): "Target names are not allowed in filters if they have an alias"
        case .notSingular(let rows): .string("The result contains \(rows) rows")
        case .relatedOrderNotToOne(let origin, let target):
            .string("'\(origin)' and '\(target)' do not form a many-to-one or one-to-one relationship")
        case .raiseUnusable(let mistake): .string(mistake.text)
        case .unknownPreferences(let preferences):
            .string("Invalid preferences: \(preferences.joined(separator: ", "))")
        case .tooManyAffected(let rows): .string("The query affects \(rows) rows")
        case .notImplemented(let what): .string(what)
        case .methodNotForFunctions, .invalidBody, .upsertFiltersNotPrimaryKey, .schemaNotExposed, .noMediaType,
            .notEmbedded(_, .none), .responseHeadersUnusable, .responseStatusUnusable, .upsertWithRange,
            .upsertKeyMismatch, .methodUnsupported, .aggregatesDisabled, .invalidPath, .openAPIDisabled,
            .maxAffectedOnSingleResult:
            .null
        }
    }

    var hint: String? {
        switch self {
        case .schemaNotExposed(_, let exposed):
            "Only the following schemas are exposed: \(exposed.joined(separator: ", "))"
        case .notEmbedded(let target, let alias?): "Change '\(target)' to '\(alias)' in filters, orders or limits."
        case .notEmbedded(let target, nil):
            "Verify that '\(target)' is included in the 'select' query parameter."
        case .raiseUnusable(.message):
            "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys: "
                + "'details', 'hint'."
        case .raiseUnusable(.detail), .raiseUnusable(.detailMissing):
            "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: "
                + "'status_text'."
        case .syntax, .methodNotForFunctions, .invalidBody, .invalidRange, .upsertFiltersNotPrimaryKey, .noMediaType,
            .responseHeadersUnusable, .responseStatusUnusable, .upsertWithRange, .upsertKeyMismatch, .notSingular,
            .methodUnsupported, .relatedOrderNotToOne, .unknownPreferences, .aggregatesDisabled, .tooManyAffected,
            .invalidPath, .openAPIDisabled, .notImplemented, .maxAffectedOnSingleResult:
            nil
        }
    }
}

extension RequestError.InvalidBody {
    fileprivate var text: String {
        switch self {
        case .json: "Empty or invalid json"
        case .keysDiffer: "All object keys must match"
        case .csv: "Empty or invalid csv"
        case .csvFieldCount: "All lines must have same number of fields"
        case .form: "Invalid form fields"
        case .contentType(let type): "Content-Type not acceptable: \(type)"
        }
    }
}

extension RequestError.InvalidRange {
    fileprivate var text: String {
        switch self {
        case .negativeLimit: "Limit should be greater than or equal to zero."
        case .lowerAboveUpper:
            "The lower boundary must be lower than or equal to the upper boundary in the Range header."
        case .outOfBounds(let offset, let total):
            "An offset of \(offset) was requested, but there are only \(total) rows."
        }
    }
}

extension RequestError.RaiseMistake {
    fileprivate var text: String {
        switch self {
        case .message(let text): "Invalid JSON value for MESSAGE: '\(text)'"
        case .detail(let text): "Invalid JSON value for DETAIL: '\(text)'"
        case .detailMissing: "DETAIL is missing in the RAISE statement"
        }
    }
}
