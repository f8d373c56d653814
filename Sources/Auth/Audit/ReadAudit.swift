internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres

/// `GET /admin/audit` (contract, section 5): what was done, newest first.
extension Endpoints {
    func listAudit(_ request: GatewayRequest, by admin: AdminBearer) async throws -> Response {
        let page = try UserPage(request.query)
        let scope = try AuditScope(request.query["query"] ?? "")
        let results = try await database.run(
            .serviceItself,
            AuditStatements.list(scope, limit: page.size, offset: (page.number - 1) * page.size))
        let entries = try results[0].rows.map { row in
            var reader = RowReader(row)
            var entry: JSONObject = ["id": .string(try reader.text()), "payload": try reader.json()]
            entry.setTime("created_at", try reader.optionalTime())
            entry["ip_address"] = .string(try reader.text())
            return JSON.object(entry)
        }
        let total = try results[1].first?.int(0) ?? 0
        return .json(
            .array(entries),
            headers: [.totalCount: String(total), .link: page.link(total: total, path: "/admin/audit")])
    }
}

/// Which entries are asked for: `author:text`, `action:text` or `type:text`.
struct AuditScope: Sendable, Hashable {
    /// Members of the payload, one of which must contain the text; none for all entries.
    let members: [String]
    let text: String

    static let all = AuditScope(members: [], text: "")

    private init(members: [String], text: String) {
        self.members = members
        self.text = text
    }

    /// Throws `.invalid` for another scope.
    init(_ query: String) throws(AuthError) {
        guard !query.isEmpty else {
            self = .all
            return
        }
        let parts = query.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let known = ["author": ["actor_username", "actor_name"], "action": ["action"], "type": ["log_type"]]
        guard parts.count == 2, let members = known[String(parts[0])] else {
            throw .invalid("Invalid query scope: \(query)")
        }
        self.members = members
        text = String(parts[1])
    }
}

/// SQL over `auth.audit_log_entries`.
enum AuditStatements {
    /// A page of entries and, in a second statement, how many there are.
    static func list(_ scope: AuditScope, limit: Int, offset: Int) -> [SQL] {
        let condition: SQL = """
            (cardinality(\(scope.members)::text[]) = 0 or exists (
                select from unnest(\(scope.members)::text[]) as member
                where strpos(lower(e.payload ->> member), lower(\(scope.text)::text)) > 0))
            """
        let created = SQL(trustedText: Columns.microseconds("e.created_at"))
        return [
            """
            select e.id, coalesce(e.payload, 'null'::json), \(created), e.ip_address
            from auth.audit_log_entries e where \(condition)
            order by e.created_at desc, e.id limit \(limit)::bigint offset \(offset)::bigint
            """,
            "select count(*) from auth.audit_log_entries e where \(condition)",
        ]
    }
}
