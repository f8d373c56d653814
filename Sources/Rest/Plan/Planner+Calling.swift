internal import Postgres

extension Planner {
    func call(_ name: String, _ invocation: Action.Invocation) throws(RestError) -> CallPlan {
        let routine = try routine(name, invocation)
        let row = routine.resultRelation?.name ?? routine.identifier.name
        let subject = QualifiedIdentifier(routine.identifier.schema, row)
        let root = try tree(subject, source: .statement)
        let format = try negotiate(subject, root: root)
        try checkPreferences()
        if request.preferences.handling == .strict, request.preferences.maxAffected != nil, routine.returnsSingle {
            throw .request(.maxAffectedOnSingleResult)
        }
        return CallPlan(
            routine: routine, arguments: arguments(of: routine, invocation), invocation: invocation,
            returning: returning(root), root: root, format: format)
    }

    /// The function meant, by its name and the names of the arguments.
    func routine(_ name: String, _ invocation: Action.Invocation) throws(RestError) -> Routine {
        let names = invocation.isRead ? request.query.arguments.map(\.name) : request.columns
        do throws(SchemaCacheError) {
            return try cache.routine(
                RoutineSearch(
                    QualifiedIdentifier(request.schema, name), arguments: names,
                    body: invocation.isRead ? .none : request.contentType.searchedBody))
        } catch {
            throw .schemaCache(error)
        }
    }

    private func returning(_ root: ReadNode) -> [String] {
        let needed = root.neededColumns(primaryKey: [])
        guard needed != ["*"], !needed.isEmpty else { return needed }
        return Set(needed + root.comparedColumns).sorted()
    }

    private func arguments(of routine: Routine, _ invocation: Action.Invocation) -> CallPlan.Arguments {
        if routine.parameters.count == 1, routine.parameters[0].name.isEmpty {
            return .whole(request.payload?.bound ?? BoundBody([]), parameter: routine.parameters[0])
        }
        let pairs: [(name: String, value: String)]
        switch (invocation.isRead, request.payload) {
        case (true, _): pairs = request.query.arguments
        case (false, .arguments(let fields)): pairs = fields
        case (false, let payload):
            let parameters = routine.parameters.filter { request.columns.contains($0.name) }
            guard !parameters.isEmpty, let payload else { return .none }
            return .json(payload.bound, parameters: parameters)
        }
        let values = routine.parameters.compactMap { parameter -> (Routine.Parameter, [String])? in
            let given = pairs.filter { $0.name == parameter.name }.map(\.value)
            guard let last = given.last else { return nil }
            return (parameter, parameter.isVariadic ? given : [last])
        }
        return values.isEmpty ? .none : .values(values.map { (parameter: $0.0, values: $0.1) })
    }
}

extension MediaType {
    fileprivate var searchedBody: RoutineSearch.Body {
        switch self {
        case .json: .json
        case .text: .text
        case .xml: .xml
        case .octetStream: .bytes
        case .geoJSON, .csv, .openAPI, .form, .any, .strippedArray, .singular, .plan, .other: .other
        }
    }
}
