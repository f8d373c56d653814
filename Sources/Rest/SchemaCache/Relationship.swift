/// A way from the rows of one relation to the rows of another: what an embed follows.
struct Relationship: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        /// The source holds the foreign key.
        case manyToOne(Link)
        /// The target holds the foreign key.
        case oneToMany(Link)
        /// A foreign key whose columns are unique. `sourceIsParent` when the target holds it.
        case oneToOne(Link, sourceIsParent: Bool)
        case manyToMany(Junction)
        /// A function from the source's row type to the target's.
        case computed(function: QualifiedIdentifier, isToOne: Bool)
    }

    /// A foreign key as seen from the source: pairs of (source column, target column) in the key's order.
    struct Link: Sendable, Hashable {
        let constraint: String
        let columns: [ColumnPair]
    }

    /// A relation whose primary key contains two foreign keys, one to each end.
    struct Junction: Sendable, Hashable {
        let relation: QualifiedIdentifier
        let sourceConstraint: String
        let targetConstraint: String
        /// (source column, junction column)
        let sourceColumns: [ColumnPair]
        /// (target column, junction column)
        let targetColumns: [ColumnPair]
    }

    struct ColumnPair: Sendable, Hashable {
        let near: String
        let far: String

        var reversed: ColumnPair { ColumnPair(near: far, far: near) }
    }

    let source: QualifiedIdentifier
    let target: QualifiedIdentifier
    let kind: Kind
    let sourceIsView: Bool
    let targetIsView: Bool

    var isSelfReference: Bool { source == target }

    /// Whether the embed is an object (or null) instead of an array.
    var isToOne: Bool {
        switch kind {
        case .manyToOne, .oneToOne: true
        case .oneToMany, .manyToMany: false
        case .computed(_, let isToOne): isToOne
        }
    }
}
