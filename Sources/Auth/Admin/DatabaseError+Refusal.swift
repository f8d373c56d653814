internal import HTTPTypes
internal import Postgres

extension DatabaseError {
    /// What an admin's change is refused with when other data stands against it: an address that is taken, a row that
    /// refers to the user, a constraint of the app's own. GoTrue answers 500, which makes clients try again. Nil for
    /// every other error.
    var refusedChange: AuthError? {
        if let takenAddress { return takenAddress }
        guard let server = serverError, server.sqlState.conditionClass == "23" else { return nil }
        // Names of constraints are the schema's; the rest of the message quotes the row.
        let name = server.constraint.map { " (constraint \($0))" } ?? ""
        return .refused(
            Refusal(.unprocessableContent, .conflict, "The change conflicts with other data in the database" + name))
    }
}
