internal import HTTPTypes
internal import Postgres

/// A call or an insert that was planned and written with stand-ins for all that its ``ChangeShape`` leaves out, to be
/// carried out with the body and the values of any request of the same shape.
final class PlannedChange: Sendable {
    let plan: RequestPlan
    let request: APIRequest
    let statement: MainStatement
    let head: DirectChangeHead?
    /// Which parameters of the statement are the body.
    private let bodyPlaces: [Int]
    /// Which are values of the request.
    private let places: [(parameter: Int, value: Int)]

    /// Plans a request of `shape`: ``KnownPlans/Lookup/unknown`` where it cannot be planned, for whatever reason the
    /// ordinary way finds.
    static func lookup(
        _ shape: ChangeShape, _ headers: HTTPFields, _ cache: SchemaCache, _ active: ActiveConfiguration
    ) -> PlannedChanges.Lookup {
        let configuration = active.configuration
        guard let request = try? shape.request(headers, rules: RequestRules(configuration)),
            let plan = try? Planner(request: request, cache: cache, configuration: configuration).plan()
        else { return .unknown }
        guard let statement = statement(of: plan, request, configuration),
            let planned = PlannedChange(shape, plan, request, statement, active)
        else { return .unsuitable }
        return .planned(planned)
    }

    /// Nil for what is neither a call nor a write.
    static func statement(
        of plan: RequestPlan, _ request: APIRequest, _ configuration: RestConfiguration
    ) -> MainStatement? {
        switch plan {
        case .write(let write): MainStatement(write, preferences: request.preferences)
        case .call(let call):
            MainStatement(
                call, preferences: request.preferences, range: request.topRange, configuration: configuration)
        case .read, .describe, .relationInfo, .functionInfo, .rootInfo: nil
        }
    }

    /// Nil where a stand-in did anything else than become a parameter: values would then not be all that differs between
    /// requests.
    private init?(
        _ shape: ChangeShape, _ plan: RequestPlan, _ request: APIRequest, _ statement: MainStatement,
        _ active: ActiveConfiguration
    ) {
        guard statement.preparations.isEmpty, statement.estimate == nil else { return nil }
        let template = shape.template
        if shape.body != nil {
            // Bodies of other types, and bodies that nobody looks into, have no names that count.
            guard case .json(template, let keys) = request.payload, keys.count == shape.nameCount else { return nil }
        }
        var bodyPlaces: [Int] = []
        var places: [(parameter: Int, value: Int)] = []
        let marks = shape.values.indices.map(ReadShape.mark)
        guard marks.allSatisfy({ request.query.canonical.ranges(of: $0).count == 1 }) else { return nil }
        for (index, parameter) in statement.sql.parameters.enumerated() {
            switch parameter {
            case .null: continue
            case .portion: return nil
            case .bytes(let bytes):
                if shape.body == nil { continue }
                guard bytes == template else { return nil }
                bodyPlaces.append(index)
            case .text(let text):
                if let value = marks.firstIndex(of: text) {
                    places.append((index, value))
                } else if marks.contains(where: text.contains) {
                    return nil
                }
            }
        }
        guard Set(places.map(\.value)).count == marks.count, !marks.contains(where: statement.sql.text.contains)
        else { return nil }
        self.plan = plan
        self.request = request
        self.statement = statement
        self.bodyPlaces = bodyPlaces
        self.places = places
        head = DirectChangeHead(plan, request, active)
    }

    /// `sql`, which is the statement or another of the same parameters, for a request of the shape.
    func bind(_ shape: ChangeShape, in sql: SQL) -> SQL {
        var parameters = sql.parameters
        if let body = shape.body { for place in bodyPlaces { parameters[place] = .bytes(body) } }
        for place in places { parameters[place.parameter] = .text(shape.values[place.value]) }
        return sql.binding(parameters)
    }
}
