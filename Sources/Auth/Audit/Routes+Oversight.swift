internal import Gateway
internal import HTTPTypes

extension Routes {
    /// What the operator looks at.
    static func oversight(_ table: inout RouteTable, _ endpoints: Endpoints) {
        table.on(.get, "/admin/audit") { try await endpoints.listAudit($0, by: try await endpoints.admin($0)) }
    }
}
