extension Relationship {
    var isComputed: Bool { if case .computed = kind { true } else { false } }

    /// By target, computed ones last: all the order that is needed while nothing is ambiguous.
    static func isListedBefore(_ left: Relationship, _ right: Relationship) -> Bool {
        if left.isComputed != right.isComputed { return right.isComputed }
        return left.target < right.target
    }

    /// In upstream's order of the choices in PGRST201: target, kind, constraint, columns.
    static func ordered(_ relationships: [Relationship]) -> [Relationship] {
        let ranked = relationships.map { relationship in
            let target = relationship.target
            let rank = relationship.rank
            return (key: [target.schema, target.name, String(rank.kind)] + rank.names, value: relationship)
        }
        return ranked.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
    }

    private var rank: (kind: Int, names: [String]) {
        switch kind {
        case .oneToMany(let link): (0, link.names)
        case .manyToOne(let link): (1, link.names)
        case .oneToOne(let link, _): (2, link.names)
        case .manyToMany(let junction): (3, junction.names)
        case .computed(let function, _): (4, [function.schema, function.name])
        }
    }
}

extension Relationship.Link {
    var reversed: Relationship.Link { Relationship.Link(constraint: constraint, columns: columns.map(\.reversed)) }

    fileprivate var names: [String] { [constraint] + columns.flatMap { [$0.near, $0.far] } }
}

extension Relationship.Junction {
    fileprivate var names: [String] {
        [relation.schema, relation.name, sourceConstraint, targetConstraint]
            + (sourceColumns + targetColumns).flatMap { [$0.near, $0.far] }
    }
}
