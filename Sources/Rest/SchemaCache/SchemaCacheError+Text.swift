internal import Core

extension SchemaCacheError {
    var code: String {
        switch self {
        case .relationshipNotFound: "PGRST200"
        case .relationshipAmbiguous: "PGRST201"
        case .routineNotFound: "PGRST202"
        case .routineAmbiguous: "PGRST203"
        case .columnNotFound: "PGRST204"
        case .relationNotFound: "PGRST205"
        }
    }

    /// HTTP status.
    var status: Int {
        switch self {
        case .relationshipAmbiguous, .routineAmbiguous: 300
        case .relationshipNotFound, .columnNotFound: 400
        case .routineNotFound, .relationNotFound: 404
        }
    }

    var message: String {
        switch self {
        case .relationNotFound(let identifier, _):
            "Could not find the table '\(identifier.schema).\(identifier.name)' in the schema cache"
        case .columnNotFound(let column, let relation):
            "Could not find the '\(column)' column of '\(relation)' in the schema cache"
        case .relationshipNotFound(let search, _):
            "Could not find a relationship between '\(search.parent)' and '\(search.target)' in the schema cache"
        case .relationshipAmbiguous(let search, _):
            "Could not embed because more than one relationship was found for '\(search.parent)' and '\(search.target)'"
        case .routineNotFound(let search, _):
            "Could not find the function \(search.calledAs) in the schema cache"
        case .routineAmbiguous(let candidates):
            "Could not choose the best candidate function between: "
                + candidates.map(\.signature).joined(separator: ", ")
        }
    }

    /// A string, or for ambiguous relationships an array of what there is to choose from.
    var details: JSON? {
        switch self {
        case .relationNotFound, .columnNotFound, .routineAmbiguous: nil
        case .relationshipNotFound(let search, _): .string(search.searchedText)
        case .relationshipAmbiguous(_, let candidates): .array(candidates.compactMap(\.choice))
        case .routineNotFound(let search, _): .string(search.searchedText)
        }
    }

    var hint: String? {
        switch self {
        case .relationNotFound(let identifier, let suggestion):
            suggestion.map { "Perhaps you meant the table '\(identifier.schema).\($0)'" }
        case .columnNotFound: nil
        case .relationshipNotFound(_, let suggestion):
            suggestion.map { "Perhaps you meant '\($0.replacement)' instead of '\($0.name)'." }
        case .relationshipAmbiguous(let search, let candidates):
            "Try changing '\(search.target)' to one of the following: "
                + candidates.compactMap(\.embeddingHint).joined(separator: ", ")
                + ". Find the desired relationship in the 'details' key."
        case .routineNotFound(let search, let suggestion):
            search.body.isRaw
                ? nil
                : suggestion.map { "Perhaps you meant to call the function \(search.identifier.schema).\($0)" }
        case .routineAmbiguous:
            "Try renaming the parameters or the function itself in the database so function overloading can be resolved"
        }
    }
}

extension RelationshipSearch {
    fileprivate var searchedText: String {
        let hinted = hint.map { "' using the hint '\($0)" } ?? ""
        return "Searched for a foreign key relationship between '\(parent)' and '\(target)\(hinted)' in the schema "
            + "'\(schema)', but no matches were found."
    }
}

extension RoutineSearch {
    private var qualifiedName: String { "\(identifier.schema).\(identifier.name)" }
    private var argumentList: String { arguments.joined(separator: ", ") }

    /// With the arguments, unless they cannot matter because the body goes to the function as it is.
    fileprivate var calledAs: String {
        if body.isRaw { return qualifiedName }
        return arguments.isEmpty ? "\(qualifiedName) without parameters" : "\(qualifiedName)(\(argumentList))"
    }

    fileprivate var searchedText: String {
        let named =
            arguments.isEmpty
            ? " without parameters" : " with parameter\(arguments.count > 1 ? "s" : "") \(argumentList)"
        let how =
            switch body {
            case .text: " with a single unnamed text parameter"
            case .xml: " with a single unnamed xml parameter"
            case .bytes: " with a single unnamed bytea parameter"
            case .json: "\(named) or with a single unnamed json/jsonb parameter"
            case .none, .other: named
            }
        return "Searched for the function \(qualifiedName)\(how), but no matches were found in the schema cache."
    }
}

extension Routine {
    fileprivate var signature: String {
        let typed = parameters.map { "\($0.name) => \($0.type)" }.joined(separator: ", ")
        return "\(identifier.schema).\(identifier.name)(\(typed))"
    }
}

extension Relationship {
    /// One entry of the `details` of PGRST201. Keys in the order upstream prints them.
    fileprivate var choice: JSON? {
        let facts: (cardinality: String, relationship: String)
        switch kind {
        case .manyToOne(let link): facts = ("many-to-one", text(of: link))
        case .oneToMany(let link): facts = ("one-to-many", text(of: link))
        case .oneToOne(let link, _): facts = ("one-to-one", text(of: link))
        case .manyToMany(let junction): facts = ("many-to-many", text(of: junction))
        // Its name is unique among functions of one argument type, so it is never ambiguous.
        case .computed: return nil
        }
        return [
            "cardinality": .string(facts.cardinality),
            "embedding": .string("\(source.name) with \(target.name)"),
            "relationship": .string(facts.relationship),
        ]
    }

    /// `'target!hint'`, which names this one alone unless there are several keys of one junction.
    fileprivate var embeddingHint: String? {
        switch kind {
        case .manyToOne(let link), .oneToMany(let link), .oneToOne(let link, _): "'\(target.name)!\(link.constraint)'"
        case .manyToMany(let junction): "'\(target.name)!\(junction.relation.name)'"
        case .computed: nil
        }
    }

    private func text(of link: Link) -> String {
        let near = link.columns.map(\.near).joined(separator: ", ")
        let far = link.columns.map(\.far).joined(separator: ", ")
        return "\(link.constraint) using \(source.name)(\(near)) and \(target.name)(\(far))"
    }

    private func text(of junction: Junction) -> String {
        let source = junction.sourceColumns.map(\.far).joined(separator: ", ")
        let target = junction.targetColumns.map(\.far).joined(separator: ", ")
        return "\(junction.relation.name) using \(junction.sourceConstraint)(\(source)) and "
            + "\(junction.targetConstraint)(\(target))"
    }
}
