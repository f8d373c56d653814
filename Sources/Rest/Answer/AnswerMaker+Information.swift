internal import HTTPTypes
internal import NIOCore

extension AnswerMaker {
    /// OPTIONS on a relation: what its kind allows, whatever the caller's privileges are.
    func options(of relation: Relation) -> Answer {
        var methods = ["OPTIONS", "GET", "HEAD"]
        if relation.isInsertable { methods.append("POST") }
        if relation.isInsertable, relation.isUpdatable, !relation.primaryKey.isEmpty { methods.append("PUT") }
        if relation.isUpdatable { methods.append("PATCH") }
        if relation.isDeletable { methods.append("DELETE") }
        return options(methods)
    }

    func options(of routine: Routine) -> Answer {
        options(routine.volatility == .volatile ? ["OPTIONS", "POST"] : ["OPTIONS", "GET", "HEAD", "POST"])
    }

    var rootOptions: Answer { options(["OPTIONS", "GET", "HEAD"]) }

    private func options(_ methods: [String]) -> Answer {
        var answer = Answer(status: .ok, body: ByteBuffer())
        answer.add(.allow, methods.joined(separator: ","))
        answer.add(.accessControlAllowOrigin, "*")
        return answer
    }

    /// Tells clients that name an aliased embed by its relation to name the alias.
    func warn(of root: ReadNode, in answer: inout Answer) {
        guard active.configuration.acceptsTargetNames else { return }
        let used = root.targetNamesUsed
        guard !used.isEmpty else { return }
        let changes = used.map { "`\($0.target)` to `\($0.alias)`" }.joined(separator: ", ")
        answer.add(
            .warning,
            "299 PostgRESTv16.0 \"Embedded resource was referenced by relation name even though it has an alias. "
                + "This is deprecated and will stop working in a future release. Update \(changes) in query string "
                + "filters, orders or limits.\"")
    }
}
