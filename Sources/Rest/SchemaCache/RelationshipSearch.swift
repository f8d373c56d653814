/// What an embed named.
struct RelationshipSearch: Sendable, Equatable {
    /// The selected schema: relationships do not lead out of it.
    let schema: String
    /// The name of the relation embedded into.
    let parent: String
    let target: String
    let hint: String?
}

/// `replacement` instead of `name`.
struct RelationshipSuggestion: Sendable, Equatable {
    let replacement: String
    let name: String
}
