internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore

/// Every operation of the case API.
enum Routes {
    typealias Endpoint = @Sendable (CasesService, GatewayRequest) async throws -> Response

    static let endpoints: [(HTTPRequest.Method, String, Endpoint)] = [
        (.get, "/", { service, _ in service.banner() }),
        (.get, "/docs", { _, _ in DocumentationPages.docs }),
        (.get, "/redoc", { _, _ in DocumentationPages.redoc }),
        (.get, "/openapi.json", { service, _ in service.openAPI() }),
        (.post, "/cases/create_case", { try await $0.createCase($1) }),
        (.get, "/cases/all_cases", { try await $0.allCases($1) }),
        (.get, "/cases/cases", { try await $0.pageOfCases($1) }),
        (.get, "/cases/cases/:case_id", { try await $0.readCase($1) }),
        (.put, "/cases/cases/:case_id", { try await $0.updateCase($1) }),
        (.delete, "/cases/cases/:case_id", { try await $0.deleteCase($1) }),
        (.post, "/cases/analyze/:case_id", { try await $0.analyzeCase($1) }),
        (.post, "/cases/upload", { try await $0.uploadFiles($1) }),
        (.get, "/cases/files/:case_id", { try await $0.listFiles($1) }),
        (.get, "/cases/file/:file_id", { try await $0.readFile($1) }),
        (.delete, "/cases/file/:file_id", { try await $0.deleteFile($1) }),
    ]
}
