internal import Core

extension OpenAPIDocument {
    var paths: JSONObject {
        let root: JSON = [
            "get": [
                "tags": ["Introspection"], "summary": "OpenAPI description (this document)",
                "produces": ["application/openapi+json", "application/json"],
                "responses": ["200": ["description": "OK"]],
            ]
        ]
        return JSONObject(
            [("/", root)] + relations.map { ("/" + $0.identifier.name, path($0)) }
                + routines.map { ("/rpc/" + $0.identifier.name, path($0)) })
    }

    // MARK: Relations

    private func path(_ relation: Relation) -> JSON {
        let name = relation.identifier.name
        let filters = relation.columns.map { "rowFilter.\(name).\($0.name)" }
        func operation(_ parameters: [String], _ responses: JSON) -> JSON {
            var operation = described(relation.description, tag: name)
            operation["parameters"] = .array(
                parameters.map { ["$ref": .string("#/parameters/\($0)")] })
            operation["responses"] = responses
            return .object(operation)
        }
        var path: JSONObject = [
            "get": operation(
                filters + ["select", "order", "range", "rangeUnit", "offset", "limit", "preferCount"],
                [
                    "200": [
                        "description": "OK",
                        "schema": ["type": "array", "items": ["$ref": .string("#/definitions/\(name)")]],
                    ], "206": ["description": "Partial Content"],
                ])
        ]
        guard relation.isInsertable || relation.isUpdatable || relation.isDeletable else { return .object(path) }
        path["post"] = operation(["body.\(name)", "select", "preferPost"], ["201": ["description": "Created"]])
        path["delete"] = operation(filters + ["preferReturn"], ["204": ["description": "No Content"]])
        path["patch"] = operation(
            filters + ["body.\(name)", "preferReturn"], ["204": ["description": "No Content"]])
        return .object(path)
    }

    private func described(_ comment: String?, tag: String) -> JSONObject {
        let (summary, description) = OpenAPIDocument.split(comment)
        var operation: JSONObject = ["tags": [.string(tag)]]
        if let summary { operation["summary"] = .string(summary) }
        if let description { operation["description"] = .string(description) }
        return operation
    }

    // MARK: Functions

    private func path(_ routine: Routine) -> JSON {
        func operation(_ parameters: [JSON]) -> JSON {
            var operation = described(routine.description, tag: "(rpc) \(routine.identifier.name)")
            operation["produces"] = [
                "application/json", "application/vnd.pgrst.object+json;nulls=stripped",
                "application/vnd.pgrst.object+json",
            ]
            operation["parameters"] = .array(parameters)
            operation["responses"] = ["200": ["description": "OK"]]
            return .object(operation)
        }
        var path: JSONObject = [:]
        if routine.volatility != .volatile { path["get"] = operation(routine.parameters.map(queryParameter)) }
        path["post"] = operation([
            ["name": "args", "required": true, "in": "body", "schema": arguments(routine)],
            ["$ref": "#/parameters/preferParams"],
        ])
        return .object(path)
    }

    private func queryParameter(_ parameter: Routine.Parameter) -> JSON {
        let type = OpenAPIType.name(parameter.type) ?? "string"
        var json: JSONObject = [
            "name": .string(parameter.name), "required": .bool(parameter.isRequired), "in": "query",
        ]
        guard parameter.isVariadic else {
            // An array is written as text: `{a,b}`.
            json["type"] = .string(type == "array" ? "string" : type)
            json["format"] = .string(format(parameter.type))
            return .object(json)
        }
        let element = String(parameter.type.dropLast(2))
        json["type"] = .string(type)
        json["collectionFormat"] = "multi"
        var items: JSONObject = ["format": .string(format(element))]
        if let elementType = OpenAPIType.name(element) { items["type"] = .string(elementType) }
        json["items"] = .object(items)
        return .object(json)
    }

    /// Types of the described schema need no schema's name.
    private func format(_ type: String) -> String {
        for prefix in ["\(schema).", SQLWriter.quoted(schema) + "."] where type.hasPrefix(prefix) {
            return String(type.dropFirst(prefix.count))
        }
        return OpenAPIType.format(type)
    }

    private func arguments(_ routine: Routine) -> JSON {
        var schema: JSONObject = [:]
        if let description = routine.description { schema["description"] = .string(description) }
        let required = routine.parameters.filter(\.isRequired).map { JSON.string($0.name) }
        if !required.isEmpty { schema["required"] = .array(required) }
        let properties = routine.parameters.map { parameter -> (String, JSON) in
            var property: JSONObject = ["format": .string(format(parameter.type))]
            if let items = OpenAPIType.items(parameter.type) { property["items"] = items }
            if let type = OpenAPIType.name(parameter.type) { property["type"] = .string(type) }
            return (parameter.name, .object(property))
        }
        schema["properties"] = .object(JSONObject(properties))
        schema["type"] = "object"
        return .object(schema)
    }
}
