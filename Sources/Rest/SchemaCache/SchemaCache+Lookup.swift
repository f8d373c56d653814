extension SchemaCache {
    /// The relation, or ``SchemaCacheError/relationNotFound(_:suggestion:)`` (PGRST205).
    func relation(_ identifier: QualifiedIdentifier) throws(SchemaCacheError) -> Relation {
        guard let relation = relations[identifier] else {
            throw .relationNotFound(identifier, suggestion: suggestedRelation(for: identifier))
        }
        return relation
    }

    /// The column, or ``SchemaCacheError/columnNotFound(_:relation:)`` (PGRST204).
    func column(_ name: String, of relation: Relation) throws(SchemaCacheError) -> Column {
        guard let column = relation.column(name) else {
            throw .columnNotFound(name, relation: relation.identifier.name)
        }
        return column
    }

    /// The function that shows, reads or compares values of a domain; nil for types without one.
    func representation(from: String, to: String) -> DomainRepresentation? {
        representations[DomainRepresentation.Conversion(from: from, to: to)]
    }

    /// The settings of a role, empty for a role without any.
    func settings(ofRole role: String) -> RoleSettings { roleSettings[role] ?? RoleSettings() }
}
