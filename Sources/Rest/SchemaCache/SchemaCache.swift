internal import Synchronization

/// What the database holds, as of one moment: everything a request is judged by before SQL is made for it.
///
/// Immutable, and of reference type so that handing it on costs next to nothing; a request keeps the one it began with. Made by ``SchemaCacheLoader``, shared by ``SchemaCacheHolder``.
final class SchemaCache: Sendable {
    /// Grows with every cache made.
    let generation: UInt64
    /// Relations of the exposed schemas.
    let relations: [QualifiedIdentifier: Relation]
    /// By source. Both ends, and the junction, are in exposed schemas.
    let relationships: [QualifiedIdentifier: [Relationship]]
    /// Overloads in order of their number of parameters.
    let routines: [QualifiedIdentifier: [Routine]]
    let representations: [DomainRepresentation.Conversion: DomainRepresentation]
    let mediaHandlers: [MediaHandler.Key: MediaHandler]
    /// By role name.
    let roleSettings: [String: RoleSettings]
    /// COMMENT ON SCHEMA of the exposed schemas.
    let schemaDescriptions: [String: String]
    /// By schema; absent where there are too many relations to compare.
    private let relationNames: [String: FuzzyNameIndex]
    private let routineNames: [String: FuzzyNameIndex]

    init(
        relations: [QualifiedIdentifier: Relation] = [:], relationships: [QualifiedIdentifier: [Relationship]] = [:],
        routines: [QualifiedIdentifier: [Routine]] = [:],
        representations: [DomainRepresentation.Conversion: DomainRepresentation] = [:],
        mediaHandlers: [MediaHandler.Key: MediaHandler] = [:], roleSettings: [String: RoleSettings] = [:],
        schemaDescriptions: [String: String] = [:]
    ) {
        generation = SchemaCache.generations.wrappingAdd(1, ordering: .relaxed).newValue
        self.relations = relations
        self.relationships = relationships
        self.routines = routines
        self.representations = representations
        self.mediaHandlers = mediaHandlers
        self.roleSettings = roleSettings
        self.schemaDescriptions = schemaDescriptions
        relationNames = SchemaCache.nameIndexes(relations.keys)
        routineNames = SchemaCache.nameIndexes(routines.keys)
    }

    private static let generations = Atomic<UInt64>(0)

    /// Comparing a misspelt name with more than these would cost more than a hint is worth (upstream's bound).
    static let comparedNamesMax = 500

    private static func nameIndexes(_ identifiers: some Sequence<QualifiedIdentifier>) -> [String: FuzzyNameIndex] {
        Dictionary(grouping: identifiers, by: \.schema)
            .filter { $0.value.count < comparedNamesMax }
            .mapValues { FuzzyNameIndex($0.map(\.name).sorted()) }
    }

    /// The name in `identifier`'s schema most like its own.
    func suggestedRelation(for identifier: QualifiedIdentifier) -> String? {
        relationNames[identifier.schema]?.closest(to: identifier.name, scoreMin: FuzzyNameIndex.nameScoreMin)
    }

    func suggestedRoutine(for identifier: QualifiedIdentifier) -> String? {
        routineNames[identifier.schema]?.closest(to: identifier.name, scoreMin: FuzzyNameIndex.nameScoreMin)
    }
}
