internal import Core
internal import HTTPTypes
internal import NIOCore
internal import Postgres

extension Exchange {
    /// The root document, of what the caller may use or of everything exposed.
    func describe(headersOnly: Bool) async throws(RestError) -> Answer {
        let accepted: [MediaType] = [.openAPI, .json, .any]
        guard request.accept.contains(where: accepted.contains) else {
            throw .request(.noMediaType(asked: request.accept))
        }
        let document = try await document()
        var answer = Answer(status: .ok)
        answer.add(.contentType, MediaType.openAPI.contentType)
        if request.schemaIsNegotiated { answer.add(.contentProfile, request.schema) }
        answer.body = headersOnly ? nil : document
        return answer
    }

    private func document() async throws(RestError) -> ByteBuffer {
        var allowed: DocumentCache.Allowed?
        if active.configuration.openAPIMode == .followPrivileges { allowed = try await allowedToCaller() }
        let key = DocumentCache.Key(generation: cache.generation, schema: request.schema, allowed: allowed)
        return active.documents.document(key) { ByteBuffer(bytes: document(of: allowed).json.bytes) }
    }

    private func allowedToCaller() async throws(RestError) -> DocumentCache.Allowed {
        let results = try await run(
            execution(isReadOnly: true),
            [
                PrivilegeStatements.relations(schema: request.schema),
                PrivilegeStatements.routines(schema: request.schema),
            ])
        guard results.count == 2 else { throw .schemaCacheMissing }
        return DocumentCache.Allowed(
            relations: Set(results[0].rows.compactMap { $0.optionalText(0) }), signatures: try signatures(results[1]))
    }

    private func document(of allowed: DocumentCache.Allowed?) -> OpenAPIDocument {
        var relations = cache.relations.values.filter { $0.identifier.schema == request.schema }
        var routines = cache.routines.filter { $0.key.schema == request.schema }.flatMap(\.value)
        if let allowed {
            relations = relations.filter { allowed.relations.contains($0.identifier.name) }
            routines = routines.filter { routine in
                allowed.signatures[routine.identifier.name]?.contains {
                    Set(routine.parameters.map(\.name)).isSubset(of: $0)
                } ?? false
            }
        }
        return OpenAPIDocument(
            schema: request.schema, relations: relations.sorted { $0.identifier < $1.identifier },
            routines: routines.sorted { $0.identifier < $1.identifier }, relationships: cache.relationships,
            schemaDescription: cache.schemaDescriptions[request.schema],
            location: OpenAPIDocument.Location(
                url: active.configuration.openAPIProxyURL ?? active.configuration.publicURL),
            describesSecurity: active.configuration.describesSecurity)
    }

    /// The parameter names of each executable overload, by function; an unnamed parameter is an empty name.
    private func signatures(_ set: ResultSet) throws(RestError) -> [String: [Set<String>]] {
        try decoded { () throws(DatabaseError) in
            var signatures: [String: [Set<String>]] = [:]
            for row in set.rows {
                let names = try row.json(1).array?.compactMap(\.string) ?? []
                signatures[try row.text(0), default: []].append(Set(names + [""]))
            }
            return signatures
        }
    }
}
