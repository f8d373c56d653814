/// Derives the relationships between exposed relations from foreign keys and the views' lineage.
struct RelationshipFinder {
    /// Of the exposed schemas, primary keys of views filled in.
    let relations: [QualifiedIdentifier: Relation]
    let lineage: ViewLineage

    /// All relationships by source, each list by the targets' names, computed ones last. A computed relationship takes
    /// the place of detected ones whose target has its function's name.
    func relationships(
        of keys: [ForeignKey], computed: [Relationship]
    ) -> [QualifiedIdentifier: [Relationship]] {
        let forward = keys.flatMap(forwardRelationships)
        let all = forward + forward.compactMap(inverse) + manyToMany(forward)
        var bySource = Dictionary(grouping: all, by: \.source)
        for relationship in computed where isExposed(relationship.source) && isExposed(relationship.target) {
            guard case .computed(let function, _) = relationship.kind else { continue }
            bySource[relationship.source, default: []].removeAll { $0.target == function && !$0.isComputed }
            bySource[relationship.source, default: []].append(relationship)
        }
        return bySource.mapValues { $0.sorted(by: Relationship.isListedBefore) }.filter { !$0.value.isEmpty }
    }

    private func isExposed(_ identifier: QualifiedIdentifier) -> Bool { relations[identifier] != nil }

    /// From the table with the key, and the views that show it, to the referenced table and the views that show that.
    private func forwardRelationships(_ key: ForeignKey) -> [Relationship] {
        let sources = ends(key.table, key.tableOID, key.columns)
        let targets = ends(key.referencedTable, key.referencedTableOID, key.referencedColumns)
        return sources.flatMap { source in
            targets.map { target in
                let link = Relationship.Link(
                    constraint: key.constraint,
                    columns: zip(source.columns, target.columns).map { Relationship.ColumnPair(near: $0, far: $1) })
                return Relationship(
                    source: source.relation, target: target.relation,
                    kind: key.isUnique ? .oneToOne(link, sourceIsParent: false) : .manyToOne(link),
                    sourceIsView: source.isView, targetIsView: target.isView)
            }
        }
    }

    /// One end of a foreign key, as an exposed relation shows it.
    private struct End {
        let relation: QualifiedIdentifier
        let columns: [String]
        let isView: Bool
    }

    private func ends(_ table: QualifiedIdentifier, _ oid: Int, _ columns: [ForeignKey.Column]) -> [End] {
        let own = End(relation: table, columns: columns.map(\.name), isView: false)
        let views = lineage.choices(of: columns, in: oid).map {
            End(relation: $0.view, columns: $0.columns, isView: true)
        }
        return ([own] + views).filter { isExposed($0.relation) }
    }

    private func inverse(_ relationship: Relationship) -> Relationship? {
        let kind: Relationship.Kind
        switch relationship.kind {
        case .manyToOne(let link): kind = .oneToMany(link.reversed)
        case .oneToOne(let link, let sourceIsParent): kind = .oneToOne(link.reversed, sourceIsParent: !sourceIsParent)
        case .oneToMany, .manyToMany, .computed: return nil
        }
        return Relationship(
            source: relationship.target, target: relationship.source, kind: kind,
            sourceIsView: relationship.targetIsView, targetIsView: relationship.sourceIsView)
    }

    /// Every two many-to-one relationships of a relation whose primary key holds the columns of both.
    private func manyToMany(_ forward: [Relationship]) -> [Relationship] {
        let links = forward.compactMap { relationship -> (end: Relationship, link: Relationship.Link)? in
            guard case .manyToOne(let link) = relationship.kind else { return nil }
            let primaryKey = relations[relationship.source]?.primaryKey ?? []
            return link.columns.allSatisfy { primaryKey.contains($0.near) } ? (relationship, link) : nil
        }
        return Dictionary(grouping: links, by: \.end.source).flatMap { junction, links in
            links.flatMap { one in
                links.filter { $0.link.constraint != one.link.constraint }.map { other in
                    Relationship(
                        source: one.end.target, target: other.end.target,
                        kind: .manyToMany(
                            Relationship.Junction(
                                relation: junction, sourceConstraint: one.link.constraint,
                                targetConstraint: other.link.constraint,
                                sourceColumns: one.link.columns.map(\.reversed),
                                targetColumns: other.link.columns.map(\.reversed))),
                        sourceIsView: one.end.targetIsView, targetIsView: other.end.targetIsView)
                }
            }
        }
    }
}
