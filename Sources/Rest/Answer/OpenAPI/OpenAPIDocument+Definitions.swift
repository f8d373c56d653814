internal import Core

extension OpenAPIDocument {
    /// The schema of a relation's rows.
    func definition(_ relation: Relation) -> JSON {
        var schema: JSONObject = [:]
        if let description = relation.description { schema["description"] = .string(description) }
        let required = relation.columns.filter { !$0.isNullable }.map { JSON.string($0.name) }
        if !required.isEmpty { schema["required"] = .array(required) }
        schema["properties"] = .object(JSONObject(relation.columns.map { ($0.name, property($0, of: relation)) }))
        schema["type"] = "object"
        return .object(schema)
    }

    private func property(_ column: Column, of relation: Relation) -> JSON {
        var schema: JSONObject = [:]
        if let value = defaultValue(column) { schema["default"] = value }
        if let description = description(column, of: relation) { schema["description"] = .string(description) }
        if !column.enumLabels.isEmpty { schema["enum"] = .array(column.enumLabels.map(JSON.string)) }
        schema["format"] = .string(OpenAPIType.format(column.type))
        if let items = OpenAPIType.items(column.type) { schema["items"] = items }
        if let maxLength = column.maxLength { schema["maxLength"] = .int(maxLength) }
        if let type = OpenAPIType.name(column.type) { schema["type"] = .string(type) }
        return .object(schema)
    }

    /// The default where its expression is a plain value.
    private func defaultValue(_ column: Column) -> JSON? {
        guard let expression = column.defaultExpression else { return nil }
        guard OpenAPIType.name(column.type) == "string" else {
            // An expression that is no JSON value, such as a function call, is not shown.
            return try? JSON(parsing: expression)
        }
        let suffix = "::" + column.type
        guard expression.hasSuffix(suffix) else { return .string(expression) }
        var value = Substring(expression.dropLast(suffix.count))
        while value.hasPrefix("'") { value = value.dropFirst() }
        while value.hasSuffix("'") { value = value.dropLast() }
        return .string(String(value))
    }

    /// The comment, with notes on keys that tools read.
    private func description(_ column: Column, of relation: Relation) -> String? {
        var notes: [String] = []
        if relation.primaryKey.contains(column.name) { notes.append("This is a Primary Key.<pk/>") }
        if let (table, key) = reference(of: column, in: relation) {
            notes.append("This is a Foreign Key to `\(table).\(key)`.<fk table='\(table)' column='\(key)'/>")
        }
        guard !notes.isEmpty else { return column.description }
        return (column.description.map { $0 + "\n\n" } ?? "") + (["Note:"] + notes).joined(separator: "\n")
    }

    /// Where a foreign key of this column alone leads, a table before a view.
    private func reference(of column: Column, in relation: Relation) -> (table: String, column: String)? {
        var found: (table: String, column: String)?
        for relationship in relationships[relation.identifier] ?? [] {
            let link: Relationship.Link
            switch relationship.kind {
            case .manyToOne(let key), .oneToOne(let key, sourceIsParent: false): link = key
            case .oneToOne, .oneToMany, .manyToMany, .computed: continue
            }
            guard link.columns.count == 1, link.columns[0].near == column.name else { continue }
            if !relationship.targetIsView { return (relationship.target.name, link.columns[0].far) }
            found = found ?? (relationship.target.name, link.columns[0].far)
        }
        return found
    }
}
