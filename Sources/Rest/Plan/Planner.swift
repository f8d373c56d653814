/// Judges a request against the schema cache and decides what is to be done.
struct Planner {
    let request: APIRequest
    let cache: SchemaCache
    let configuration: RestConfiguration

    func plan() throws(RestError) -> RequestPlan {
        switch request.action {
        case .read(let name, let headersOnly): .read(try read(name, headersOnly: headersOnly))
        case .mutate(let name, let mutation): .write(try write(name, mutation))
        case .invoke(let name, let invocation): .call(try call(name, invocation))
        case .describe(let headersOnly): .describe(headersOnly: headersOnly)
        case .relationInfo(let name): .relationInfo(try relation(name))
        case .functionInfo(let name): .functionInfo(try routine(name, .get))
        case .rootInfo: .rootInfo
        }
    }

    private func read(_ name: String, headersOnly: Bool) throws(RestError) -> ReadPlan {
        let relation = try relation(name)
        let root = try tree(relation.identifier, source: .relation(relation.identifier))
        let format = try negotiate(relation.identifier, root: root)
        try checkPreferences()
        return ReadPlan(identifier: relation.identifier, root: root, format: format, headersOnly: headersOnly)
    }

    func tree(_ identifier: QualifiedIdentifier, source: ReadNode.Source) throws(RestError) -> ReadNode {
        try ReadPlanner(request: request, cache: cache, configuration: configuration)
            .plan(identifier, source: source)
    }

    func relation(_ name: String) throws(RestError) -> Relation {
        do throws(SchemaCacheError) {
            return try cache.relation(QualifiedIdentifier(request.schema, name))
        } catch {
            throw .schemaCache(error)
        }
    }

    /// With strict handling, preferences nobody knows are refused (PGRST122).
    func checkPreferences() throws(RestError) {
        do throws(RequestError) { try request.preferences.requireKnown() } catch { throw .request(error) }
    }
}
