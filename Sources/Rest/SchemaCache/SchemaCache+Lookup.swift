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

    /// The custom handler of `mediaType` for rows of `subject` (or the result of the function `subject`). One for the
    /// subject itself serves only the default select, since it depends on the row's columns; with it, a handler for
    /// `*/*` goes first.
    func mediaHandler(
        for subject: QualifiedIdentifier?, mediaType: String, isDefaultSelect: Bool
    ) -> MediaHandler? {
        if isDefaultSelect, let subject {
            let named = MediaHandler.Subject.named(subject)
            for type in ["*/*", mediaType] {
                if let handler = mediaHandlers[MediaHandler.Key(subject: named, mediaType: type)] { return handler }
            }
        }
        return mediaHandlers[MediaHandler.Key(subject: .anyElement, mediaType: mediaType)]
    }

    /// The settings of a role, empty for a role without any.
    func settings(ofRole role: String) -> RoleSettings { roleSettings[role] ?? RoleSettings() }
}
