extension SQLWriter {
    /// A query with as many rows as the root has without limit. Inner embeds become EXISTS.
    mutating func write(countOf node: ReadNode) {
        write("SELECT 1")
        write(from: node)
        var isFirst = true
        for condition in node.conditions {
            startCondition(&isFirst)
            write(condition, of: node.reference) { writer, join, isNegated in
                guard let embed = node.children.first(where: { $0.join == join }) else { return }
                if !isNegated { writer.write("NOT ") }
                writer.write(existenceOf: embed)
            }
        }
        if node.hasJoinConditions {
            startCondition(&isFirst)
            var isFirstPair = true
            writeJoinConditions(of: node, isFirst: &isFirstPair)
        }
        for child in node.children where child.isInner {
            startCondition(&isFirst)
            write(existenceOf: child)
        }
    }

    private mutating func startCondition(_ isFirst: inout Bool) {
        if isFirst { write(" WHERE ") } else { write(" AND ") }
        isFirst = false
    }

    private mutating func write(existenceOf node: ReadNode) {
        write("EXISTS (")
        write(countOf: node)
        write(")")
    }
}
