internal import Core

extension OpenAPIDocument {
    /// Parameters that paths refer to.
    var parameters: JSONObject {
        var parameters = [
            ("preferParams", prefer([])),
            ("preferReturn", prefer(OpenAPIDocument.returns)),
            ("preferCount", prefer(["count=none"])),
            ("preferPost", prefer(OpenAPIDocument.returns + OpenAPIDocument.resolutions)),
            ("select", plain("select", "Filtering Columns")),
            ("on_conflict", plain("on_conflict", "On Conflict")),
            ("order", plain("order", "Ordering")),
            ("range", plain("Range", "Limiting and Pagination", place: "header")),
            ("rangeUnit", plain("Range-Unit", "Limiting and Pagination", place: "header", default: "items")),
            ("offset", plain("offset", "Limiting and Pagination")),
            ("limit", plain("limit", "Limiting and Pagination")),
        ]
        for relation in relations {
            let name = relation.identifier.name
            let body: JSON = [
                "name": .string(name), "description": .string(name), "required": false, "in": "body",
                "schema": ["$ref": .string("#/definitions/\(name)")],
            ]
            parameters.append(("body.\(name)", body))
            for column in relation.columns {
                parameters.append(("rowFilter.\(name).\(column.name)", plain(column.name, column.description)))
            }
        }
        return JSONObject(parameters)
    }

    private static let returns = ["return=representation", "return=minimal", "return=none"]
    private static let resolutions = ["resolution=ignore-duplicates", "resolution=merge-duplicates"]

    private func prefer(_ values: [String]) -> JSON {
        var parameter: JSONObject = [
            "name": "Prefer", "description": "Preference", "required": false, "in": "header", "type": "string",
        ]
        if !values.isEmpty { parameter["enum"] = .array(values.map(JSON.string)) }
        return .object(parameter)
    }

    private func plain(
        _ name: String, _ description: String?, place: String = "query", default value: String? = nil
    ) -> JSON {
        var parameter: JSONObject = ["name": .string(name)]
        if let description { parameter["description"] = .string(description) }
        parameter["required"] = false
        if let value { parameter["default"] = .string(value) }
        parameter["in"] = .string(place)
        parameter["type"] = "string"
        return .object(parameter)
    }
}
