extension Planner {
    /// The first media type of `Accept` that can be made of rows of `subject`. Throws PGRST107.
    func negotiate(_ subject: QualifiedIdentifier, root: ReadNode) throws(RestError) -> AnswerFormat {
        for asked in request.accept {
            guard var format = format(asked, subject: subject, isDefaultSelect: root.hasDefaultSelect) else {
                continue
            }
            if wantsNoBody { format.aggregation = .none }
            return format
        }
        throw .request(.noMediaType(asked: request.accept))
    }

    private var wantsNoBody: Bool {
        switch request.action {
        case .read(_, let headersOnly): headersOnly
        case .invoke(_, .head): true
        case .mutate: request.preferences.representation != .full
        case .invoke, .describe, .relationInfo, .functionInfo, .rootInfo: false
        }
    }

    private func format(_ asked: MediaType, subject: QualifiedIdentifier, isDefaultSelect: Bool) -> AnswerFormat? {
        switch asked {
        // The vendor types cannot be overridden.
        case .singular(let stripsNulls):
            return AnswerFormat(aggregation: .single(stripsNulls: stripsNulls), mediaType: asked)
        case .strippedArray: return AnswerFormat(aggregation: .json(stripsNulls: true), mediaType: asked)
        case .plan(let inner, _, _):
            guard configuration.allowsPlans,
                let format = format(inner, subject: subject, isDefaultSelect: isDefaultSelect)
            else { return nil }
            return AnswerFormat(aggregation: format.aggregation, mediaType: asked)
        case .json, .geoJSON, .csv, .text, .xml, .openAPI, .form, .octetStream, .any, .other:
            return custom(asked, subject: subject, isDefaultSelect: isDefaultSelect) ?? builtIn(asked)
        }
    }

    private func custom(_ asked: MediaType, subject: QualifiedIdentifier, isDefaultSelect: Bool) -> AnswerFormat? {
        let name = asked.name.lowercased()
        if isDefaultSelect {
            for type in ["*/*", name] {
                let key = MediaHandler.Key(subject: .named(subject), mediaType: type)
                guard let handler = cache.mediaHandlers[key] else { continue }
                return AnswerFormat(
                    aggregation: .custom(handler.function, rowType: subject), mediaType: handler.answered)
            }
        }
        guard let handler = cache.mediaHandlers[MediaHandler.Key(subject: .anyElement, mediaType: name)] else {
            return nil
        }
        return AnswerFormat(aggregation: .custom(handler.function, rowType: nil), mediaType: handler.answered)
    }

    private func builtIn(_ asked: MediaType) -> AnswerFormat? {
        switch asked {
        case .json, .any: AnswerFormat(aggregation: .json(stripsNulls: false), mediaType: .json)
        case .csv: AnswerFormat(aggregation: .csv, mediaType: .csv)
        case .geoJSON: AnswerFormat(aggregation: .geoJSON, mediaType: .geoJSON)
        case .text, .xml, .openAPI, .form, .octetStream, .other, .singular, .strippedArray, .plan: nil
        }
    }
}

extension MediaHandler {
    /// The type the answer names, with its charset where it is one of the known ones.
    fileprivate var answered: MediaType {
        let known: [MediaType] = [.json, .geoJSON, .csv, .text, .xml, .openAPI, .octetStream]
        return known.first { $0.name == answeredMediaType } ?? .other(answeredMediaType)
    }
}
