extension SchemaCache {
    /// The one relationship an embed means. Throws PGRST200 for none and PGRST201 for several.
    ///
    /// Upstream's rules (docs, "Resource Embedding"; `Plan.hs`, `findRel`), which also accept columns and constraints
    /// as targets for the sake of older clients.
    func relationship(_ search: RelationshipSearch) throws(SchemaCacheError) -> Relationship {
        let parent = QualifiedIdentifier(search.schema, search.parent)
        let candidates = (relationships[parent] ?? []).filter { $0.answers(search) }
        guard let first = candidates.first else {
            throw .relationshipNotFound(search, suggestion: suggestion(for: search, parent: parent))
        }
        guard candidates.count == 1 else {
            throw .relationshipAmbiguous(search, candidates: Relationship.ordered(candidates))
        }
        return first
    }

    /// Another target where the parent has relationships, another parent where there is no such relation. A target
    /// that exists gets none: then the hint is what did not fit.
    private func suggestion(for search: RelationshipSearch, parent: QualifiedIdentifier) -> RelationshipSuggestion? {
        let fromParent = (relationships[parent] ?? []).filter { $0.searchedSchema == search.schema }
        if fromParent.isEmpty {
            guard relations[parent] == nil else { return nil }
            let parents = relationships.filter { source, ways in
                ways.contains { $0.searchedSchema == search.schema } && source.schema == search.schema
            }
            let names = parents.keys.map(\.name).sorted()
            guard names.count < SchemaCache.comparedNamesMax else { return nil }
            return FuzzyNameIndex(names).closest(to: search.parent, scoreMin: FuzzyNameIndex.looseScoreMin)
                .map { RelationshipSuggestion(replacement: $0, name: search.parent) }
        }
        let targets = Set(fromParent.map(\.target.name)).sorted()
        guard targets.count < SchemaCache.comparedNamesMax,
            let match = FuzzyNameIndex(targets).match(search.target, scoreMin: FuzzyNameIndex.looseScoreMin),
            match.score < 1
        else { return nil }
        return RelationshipSuggestion(replacement: match.name, name: search.target)
    }
}

extension Relationship {
    /// The schema a request must have selected to find it: a computed one goes by its function's.
    var searchedSchema: String {
        if case .computed(let function, _) = kind { function.schema } else { target.schema }
    }

    /// Whether this is what `search` may mean, the parent being its source already.
    func answers(_ search: RelationshipSearch) -> Bool {
        guard searchedSchema == search.schema else { return false }
        if case .computed(let function, _) = kind { return function.name == search.target }
        if isSelfReference { return answersSelfReference(search) }
        if let hint = search.hint {
            return target.name == search.target
                && (isConstraint(hint) || nearColumn == hint || farColumn == hint || junctionName == hint)
        }
        return target.name == search.target
            || (!targetIsView && (isConstraint(search.target) || nearColumn == search.target))
    }

    /// One foreign key is two ways here. By the relation's name one goes to the children, by the key's column to the
    /// parent.
    private func answersSelfReference(_ search: RelationshipSearch) -> Bool {
        switch kind {
        case .oneToMany: target.name == search.target && (search.hint == nil || farColumn == search.hint)
        case .manyToOne: search.hint == nil && nearColumn == search.target
        case .oneToOne, .manyToMany, .computed: false
        }
    }

    private var link: Link? {
        switch kind {
        case .manyToOne(let link), .oneToMany(let link), .oneToOne(let link, _): link
        case .manyToMany, .computed: nil
        }
    }

    private func isConstraint(_ name: String) -> Bool { link?.constraint == name }

    /// The source's column where the key has a single one.
    private var nearColumn: String? { link.flatMap { $0.columns.count == 1 ? $0.columns[0].near : nil } }

    /// The target's column where the key has a single one.
    private var farColumn: String? { link.flatMap { $0.columns.count == 1 ? $0.columns[0].far : nil } }

    private var junctionName: String? {
        if case .manyToMany(let junction) = kind { junction.relation.name } else { nil }
    }
}
