internal import Core
internal import Gateway
internal import HummingbirdCore

extension CasesService {
    /// `GET /`
    func banner() -> Response { .json(["message": "MedMitra Backend API is running!"]) }

    /// `GET /openapi.json`: OpenAPI 3.1 of every operation.
    func openAPI() -> Response {
        .json([
            "openapi": "3.1.0",
            "info": [
                "title": "MedMitra Backend", "version": "1.0.0",
                "description": """
                Cases, lab reports and images of a doctor's patients, and the insights found in them. Sign in with \
                Supabase Auth under /auth/v1 and send the access token as bearer.
                """,
            ],
            "servers": [["url": .string(configuration.publicURL)]],
            "paths": .object(paths),
            "components": [
                "securitySchemes": [
                    "bearer": ["type": "http", "scheme": "bearer", "bearerFormat": "JWT"]
                ],
                "schemas": OpenAPISchemas.all,
            ],
        ])
    }

    private var paths: JSONObject {
        var paths = JSONObject()
        for operation in OpenAPIOperation.all {
            var item = paths[operation.path]?.object ?? JSONObject()
            item[operation.method] = operation.json
            paths[operation.path] = .object(item)
        }
        return paths
    }
}

/// One operation of the document.
struct OpenAPIOperation: Sendable {
    let method: String
    let path: String
    let summary: String
    var isOpen = false
    var successStatus = "200"
    var body: JSON?
    var parameters: [String] = []

    var json: JSON {
        var operation: JSONObject = [
            "summary": .string(summary),
            "operationId": .string(
                method + path.map { $0.isLetter ? String($0) : "_" }.joined()),
            "responses": .object(responses),
        ]
        if !isOpen { operation["security"] = [["bearer": []]] }
        if let body { operation["requestBody"] = body }
        let inPath = path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
        let all: [JSON] =
            inPath.map { ["name": .string($0), "in": "path", "required": true, "schema": ["type": "string"]] }
            + parameters.map { ["name": .string($0), "in": "query", "schema": ["type": "string"]] }
        if !all.isEmpty { operation["parameters"] = .array(all) }
        return .object(operation)
    }

    private var responses: JSONObject {
        var responses: JSONObject = [successStatus: ["description": "Success"]]
        guard !isOpen else { return responses }
        let error: JSON = ["application/json": ["schema": ["$ref": "#/components/schemas/Error"]]]
        for (status, text) in [
            ("401", "No valid access token"), ("404", "Unknown, or not this doctor's"), ("422", "Validation error"),
        ] { responses[status] = ["description": .string(text), "content": error] }
        return responses
    }

    private static let listParameters = [
        "page", "limit", "status", "search", "start_date", "end_date", "min_age", "max_age", "sort_by", "sort_order",
    ]

    static let all: [OpenAPIOperation] = [
        .init(method: "get", path: "/", summary: "Whether the API runs", isOpen: true),
        .init(
            method: "post", path: "/cases/create_case", summary: "Create a case with its files and start the analysis",
            successStatus: "201", body: OpenAPISchemas.multipart("NewCase")),
        .init(
            method: "get", path: "/cases/all_cases", summary: "All cases of the doctor",
            parameters: ["user_id"] + listParameters),
        .init(method: "get", path: "/cases/cases", summary: "Cases in pages", parameters: listParameters),
        .init(method: "get", path: "/cases/cases/{case_id}", summary: "A case, its files and its newest insights"),
        .init(
            method: "put", path: "/cases/cases/{case_id}", summary: "Change a case",
            body: OpenAPISchemas.json("CaseUpdate")),
        .init(method: "delete", path: "/cases/cases/{case_id}", summary: "Delete a case with its files and insights"),
        .init(
            method: "post", path: "/cases/analyze/{case_id}", summary: "Analyse again, or complete by hand",
            body: OpenAPISchemas.json("Analyze", required: false)),
        .init(
            method: "post", path: "/cases/upload", summary: "Add files to a case", successStatus: "201",
            body: OpenAPISchemas.multipart("Upload")),
        .init(method: "get", path: "/cases/files/{case_id}", summary: "The files of a case"),
        .init(method: "get", path: "/cases/file/{file_id}", summary: "One file"),
        .init(method: "delete", path: "/cases/file/{file_id}", summary: "Delete a file", parameters: ["case_id"]),
    ]
}

enum OpenAPISchemas {
    static func multipart(_ schema: String) -> JSON { body(schema, type: "multipart/form-data", required: true) }
    static func json(_ schema: String, required: Bool = true) -> JSON {
        body(schema, type: "application/json", required: required)
    }

    private static func body(_ schema: String, type: String, required: Bool) -> JSON {
        [
            "required": .bool(required),
            "content": .object([type: ["schema": ["$ref": .string("#/components/schemas/\(schema)")]]]),
        ]
    }

    private static let string: JSON = ["type": "string"]
    private static let integer: JSON = ["type": "integer"]
    private static let boolean: JSON = ["type": "boolean"]
    private static let files: JSON = ["type": "array", "items": ["type": "string", "format": "binary"]]

    static let all: JSON = [
        "Error": ["type": "object", "properties": ["detail": [:], "error": string]],
        "NewCase": [
            "type": "object", "required": ["patient_name", "patient_age", "patient_gender"],
            "properties": [
                "patient_name": string, "patient_age": integer, "patient_gender": string, "case_summary": string,
                "user_id": string, "lab_files": files, "radiology_files": files,
            ],
        ],
        "CaseUpdate": [
            "type": "object",
            "properties": [
                "patient_name": string, "patient_age": integer, "patient_gender": string, "case_summary": string,
                "status": string,
            ],
        ],
        "Analyze": [
            "type": "object",
            "properties": [
                "analysis_results": string, "includeDifferentialDiagnosis": boolean,
                "includeTreatmentSuggestions": boolean, "includeLabInterpretation": boolean,
                "includeImagingAnalysis": boolean, "confidenceThreshold": ["type": "number"],
            ],
        ],
        "Upload": [
            "type": "object", "required": ["case_id"],
            "properties": [
                "case_id": string, "file": ["type": "string", "format": "binary"], "files": files,
                "category": ["type": "string", "enum": ["lab", "radiology"]],
            ],
        ],
    ]
}
