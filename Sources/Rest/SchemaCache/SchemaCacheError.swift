/// A name in the request that the schema cache does not resolve. Codes and texts are upstream's
/// (`PostgREST.Error`, `SchemaCacheError`); see ``code``, ``status``, ``message``, ``details`` and ``hint``.
enum SchemaCacheError: Error, Sendable, Equatable {
    /// `suggestion` is the name of a relation of the same schema.
    case relationNotFound(QualifiedIdentifier, suggestion: String?)
    case columnNotFound(String, relation: String)
    case relationshipNotFound(RelationshipSearch, suggestion: RelationshipSuggestion?)
    case relationshipAmbiguous(RelationshipSearch, candidates: [Relationship])
    /// `suggestion` is a name or a name with parameters, without the schema.
    case routineNotFound(RoutineSearch, suggestion: String?)
    case routineAmbiguous([Routine])
}
