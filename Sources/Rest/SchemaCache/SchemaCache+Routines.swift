extension SchemaCache {
    /// The one function a call means, by its name and the names of its arguments. Throws PGRST202 for none and
    /// PGRST203 for several.
    ///
    /// The given names must hold every required parameter and nothing but parameters. Failing that, a POST whose
    /// body fits a single unnamed parameter calls with the whole body.
    func routine(_ search: RoutineSearch) throws(SchemaCacheError) -> Routine {
        let overloads = routines[search.identifier] ?? []
        let byName = overloads.filter { $0.accepts(search) }
        if byName.count == 1 { return byName[0] }
        if byName.count > 1 { throw .routineAmbiguous(byName) }
        let byBody = overloads.filter { $0.takesWholeBody(of: search) }
        if byBody.count == 1 { return byBody[0] }
        if byBody.count > 1 { throw .routineAmbiguous(byBody) }
        throw .routineNotFound(search, suggestion: suggestedCall(for: search, overloads: overloads))
    }

    /// `name`, or `name(parameter, …)` of the overload most like the call.
    private func suggestedCall(for search: RoutineSearch, overloads: [Routine]) -> String? {
        if overloads.isEmpty { return suggestedRoutine(for: search.identifier) }
        let signatures = overloads.map { Self.signature($0.parameters.map(\.name)) }
        return FuzzyNameIndex(signatures)
            .closest(to: Self.signature(search.arguments), scoreMin: FuzzyNameIndex.looseScoreMin)
            .map { search.identifier.name + $0 }
    }

    private static func signature(_ names: [String]) -> String { "(" + names.sorted().joined(separator: ", ") + ")" }
}

extension Routine {
    func accepts(_ search: RoutineSearch) -> Bool {
        if parameters.isEmpty { return search.arguments.isEmpty && !search.body.isRaw }
        let given = Set(search.arguments)
        let required = Set(parameters.filter(\.isRequired).map(\.name))
        return required.isSubset(of: given) && given.isSubset(of: parameters.map(\.name))
    }

    /// Whether the one parameter has no name and a type the body can be handed to unread.
    func takesWholeBody(of search: RoutineSearch) -> Bool {
        guard parameters.count == 1, parameters[0].name.isEmpty else { return false }
        switch search.body {
        case .json: return parameters[0].type == "json" || parameters[0].type == "jsonb"
        case .text: return parameters[0].type == "text"
        case .xml: return parameters[0].type == "xml"
        case .bytes: return parameters[0].type == "bytea"
        case .none, .other: return false
        }
    }
}
