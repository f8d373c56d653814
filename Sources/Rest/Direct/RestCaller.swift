internal import Core
internal import Gateway
internal import HTTPTypes
internal import Postgres
internal import Synchronization

/// A caller whose token was verified and whose header fields were read, for all requests of a connection that bring the
/// same ones.
final class RestCaller: DirectCaller {
    private let database: Database
    private let settings: ConfigurationHolder
    private let schemaCache: SchemaCacheHolder
    private let sizes: AnswerSizes
    private let active: ActiveConfiguration
    private let cache: SchemaCache
    private let caller: Caller
    private let headers: HTTPFields
    private let shapeFields: ReadShape.Fields
    /// Made with the first request.
    private let fieldTexts = Mutex<RequestSettings.FieldTexts?>(nil)
    private let reads = Mutex<[[UInt8]: DirectRead]>([:])
    private let changes = Mutex<[[UInt8]: DirectChange]>([:])

    init(
        service: RestService, active: ActiveConfiguration, cache: SchemaCache, caller: Caller, headers: HTTPFields
    ) {
        database = service.database
        settings = service.settings
        schemaCache = service.schemaCache
        sizes = service.sizes
        self.active = active
        self.cache = cache
        self.caller = caller
        self.headers = headers
        shapeFields = ReadShape.Fields(headers)
    }

    func begin(_ request: DirectRequest, completion: @escaping @Sendable (DirectOutcome) -> Void) -> DirectWork? {
        guard settings.current === active, schemaCache.current?.generation == cache.generation else {
            return nil
        }
        switch request.method {
        case .get where !request.path.hasPrefix("/rpc/"): return beginRead(request, completion)
        default: return beginOther(request, completion)
        }
    }

    // MARK: Reads that were planned before

    private func beginRead(
        _ request: DirectRequest, _ completion: @escaping @Sendable (DirectOutcome) -> Void
    ) -> DirectWork? {
        guard let (read, values) = read(request), !sizes.isLarge(read.key) else { return nil }
        let flight = try? database.start(read.departure, [read.statement(values)]) { answer in
            completion(read.outcome(answer, values))
        }
        return flight.map { flight in DirectWork(route: "/:relation") { flight.cancel() } }
    }

    private func read(_ request: DirectRequest) -> (DirectRead, [String])? {
        let plain = DirectQuery(path: request.path, query: request.query)
        if let plain, let known = reads.withLock({ $0[plain.key] }) { return (known, plain.values) }
        guard let (query, values) = ReadShape.cut(request.query),
            let read = read(ReadShape(path: request.path, query: query, method: "GET", fields: shapeFields))
        else { return nil }
        guard let plain, plain.values == values else { return (read, values) }
        reads.withLock { reads in
            // They live for a second; whoever sends more shapes than this in it takes the ordinary way's time.
            if reads.count >= RestLimits.directShapesMax { reads = [:] }
            reads[plain.key] = read
        }
        return (read, values)
    }

    private func read(_ shape: ReadShape) -> DirectRead? {
        guard case .planned(let planned) = active.plannedReads.find(shape, generation: cache.generation) else {
            return nil
        }
        var request = planned.request
        request.takeFields(of: headers)
        let execution = exchange(request).execution(isReadOnly: true)
        guard execution.isOneFlight, let departure = try? database.departure(execution.settings) else { return nil }
        return DirectRead(
            planned, departure, sizes, active,
            callerIsAnonymous: caller.role == active.configuration.anonymousRole)
    }

    // MARK: Everything else

    private func beginOther(
        _ request: DirectRequest, _ completion: @escaping @Sendable (DirectOutcome) -> Void
    ) -> DirectWork? {
        // What takes long to read would hold up the other connections of the event loop.
        guard request.query.utf8.count <= RestLimits.shapeMax.bytes,
            request.body.count <= active.configuration.bodyMax.bytes
        else { return nil }
        guard let shape = ChangeShape(request) else { return beginOnce(request, completion) }
        if let known = changes.withLock({ $0[shape.bytes] }) { return begin(known, shape, completion) }
        switch lookup(shape) {
        case .unknown: return nil
        case .unsuitable: return beginOnce(request, completion)
        case .planned(let planned):
            var template = planned.request
            template.takeFields(of: headers)
            guard let change = DirectChange(planned, exchange(template)) else { return nil }
            changes.withLock { changes in
                if changes.count >= RestLimits.directShapesMax { changes = [:] }
                changes[shape.bytes] = change
            }
            return begin(change, shape, completion)
        }
    }

    /// What was planned before for requests of `shape`, by whomever, or is planned now.
    private func lookup(_ shape: ChangeShape) -> PlannedChanges.Lookup {
        let key = ChangeShape.Key(bytes: shape.bytes, fields: shapeFields)
        let known = active.plannedChanges.find(key, generation: cache.generation)
        guard case .unknown = known else { return known }
        let lookup = PlannedChange.lookup(shape, headers, cache, active)
        switch lookup {
        // Only what went well is worth remembering.
        case .unknown: break
        case .unsuitable: active.plannedChanges.keep(nil, for: key, generation: cache.generation)
        case .planned(let planned): active.plannedChanges.keep(planned, for: key, generation: cache.generation)
        }
        return lookup
    }

    /// Plans for this request alone.
    private func beginOnce(
        _ request: DirectRequest, _ completion: @escaping @Sendable (DirectOutcome) -> Void
    ) -> DirectWork? {
        guard
            let read = try? APIRequest(
                method: request.method.rawValue, path: request.path, query: request.query, headers: headers,
                body: request.body, rules: RequestRules(active.configuration)),
            let plan = try? Planner(request: read, cache: cache, configuration: active.configuration).plan(),
            let change = DirectChange(plan, exchange(read))
        else { return nil }
        return begin(change, nil, completion)
    }

    private func begin(
        _ change: DirectChange, _ shape: ChangeShape?, _ completion: @escaping @Sendable (DirectOutcome) -> Void
    ) -> DirectWork? {
        guard !change.isLarge else { return nil }
        let flight = try? database.start(change.departure, change.statements(shape)) { answer in
            completion(change.outcome(answer))
        }
        return flight.map { flight in DirectWork(route: change.route) { flight.cancel() } }
    }

    private func exchange(_ request: APIRequest) -> Exchange {
        let texts = fieldTexts.withLock { texts in
            if let texts { return texts }
            let made = RequestSettings.FieldTexts(request)
            texts = made
            return made
        }
        var exchange = Exchange(
            database: database, sizes: sizes, active: active, request: request, caller: caller,
            cache: cache, maker: AnswerMaker(request: request, active: active))
        exchange.fields = texts
        return exchange
    }
}

extension Execution {
    /// Whether nothing is asked for but settings and statements that end with a commit.
    var isOneFlight: Bool { isolation == .readCommitted && !rollsBack && preRequest == nil }
}
