/// A table, view, materialized view, foreign or partitioned table.
struct Relation: Sendable, Equatable {
    enum Kind: String, Sendable {
        case table = "r"
        case partitionedTable = "p"
        case view = "v"
        case materializedView = "m"
        case foreignTable = "f"
    }

    let identifier: QualifiedIdentifier
    let kind: Kind
    /// COMMENT ON the relation.
    let description: String?
    let isInsertable: Bool
    let isUpdatable: Bool
    let isDeletable: Bool
    /// Names of the primary key's columns, sorted by name as upstream does; for views, the columns that show the base
    /// table's key. Empty without one.
    var primaryKey: [String]
    /// In the order of the table.
    let columns: [Column]
    private let places: [String: Int]

    init(
        identifier: QualifiedIdentifier, kind: Kind, description: String?, isInsertable: Bool, isUpdatable: Bool,
        isDeletable: Bool, primaryKey: [String], columns: [Column]
    ) {
        self.identifier = identifier
        self.kind = kind
        self.description = description
        self.isInsertable = isInsertable
        self.isUpdatable = isUpdatable
        self.isDeletable = isDeletable
        self.primaryKey = primaryKey
        self.columns = columns
        places = Dictionary(columns.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The column of that name, or nil.
    func column(_ name: String) -> Column? { places[name].map { columns[$0] } }

    /// Views have no keys of their own, and a foreign key's name does not lead to one.
    var isView: Bool { kind == .view || kind == .materializedView }
}
