extension AuditEntry.Actor {
    /// Somebody whose row is not at hand.
    init(id: String, name: String) {
        self.id = id
        self.name = name
    }
}
