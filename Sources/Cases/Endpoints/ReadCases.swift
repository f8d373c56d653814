internal import Core
internal import Gateway
internal import HummingbirdCore
internal import Postgres

extension CasesService {
    /// `GET /cases/all_cases`: the doctor's cases, newest first unless asked otherwise.
    func allCases(_ request: GatewayRequest) async throws -> Response {
        let doctor = try doctor(request)
        try check(userID: request.query["user_id"], is: doctor)
        let result = try await database.run(
            doctor.settings(configuration), try CaseListing(request.query).statement)
        // The array goes out as PostgreSQL built it.
        let array = result.first?.bytes(0) ?? Array("[]".utf8)
        return .bytes(Array("{\"cases\":".utf8) + array + Array("}".utf8), contentType: "application/json")
    }

    /// `GET /cases/cases`: the same in pages, as the front end's documentation has it.
    func pageOfCases(_ request: GatewayRequest) async throws -> Response {
        let doctor = try doctor(request)
        try check(userID: request.query["user_id"], is: doctor)
        var listing = try CaseListing(request.query)
        let (page, limit) = (listing.page ?? 1, listing.limit ?? 10)
        listing.page = page
        listing.limit = limit
        let result = try await database.run(doctor.settings(configuration), listing.statement)
        let row = result.first
        let array = row?.bytes(0) ?? Array("[]".utf8)
        let tail = ",\"total\":\(try row?.int(1) ?? 0),\"page\":\(page),\"limit\":\(limit)}"
        return .bytes(
            Array("{\"cases\":".utf8) + array + Array(tail.utf8), contentType: "application/json")
    }

    /// `GET /cases/cases/{case_id}`: the case, its files with URLs that open, and its newest insights or null.
    func readCase(_ request: GatewayRequest) async throws -> Response {
        let doctor = try doctor(request)
        let id = try caseID(request)
        // All three in one round trip: the case's own id is looked up by each, since the path may name the row.
        let lookup: SQL = "(select c.case_id from public.cases c where \(CaseStatements.predicate(id)))"
        let results = try await database.run(
            doctor.settings(configuration),
            [
                CaseStatements.read(id), FileStatements.list(caseID: lookup),
                CaseStatements.newestInsight(caseID: lookup),
            ])
        guard results.count == 3, let row = results[0].first else { throw CasesError.caseNotFound }
        let signer = urls
        let files = try results[1].rows.map { try FileRow($0).json(signer) }
        let insight = try results[2].first.map { InsightRow.json(try $0.json(0)) } ?? .null
        return .json(["case": try row.json(0), "files": .array(files), "ai_insights": insight])
    }

    /// The case a path names. What can name nothing is as unknown as any other id.
    func caseID(_ request: GatewayRequest) throws(CasesError) -> RecordID {
        guard let id = RecordID(request.parameter("case_id")) else { throw .caseNotFound }
        return id
    }
}

/// An `ai_insights` row as clients see it.
enum InsightRow {
    private static let decoded = ["key_findings", "patient_context", "supporting_evidence"]

    /// The original keeps JSON as text in three columns; they are decoded, and a list is never null.
    static func json(_ row: JSON) -> JSON {
        guard var object = row.object else { return row }
        object["run_id"] = nil
        for column in decoded {
            let isList = column != "patient_context"
            let value = object[column]?.string.flatMap(parsed) ?? object[column] ?? .null
            object[column] = value == .null ? (isList ? .array([]) : .object([:])) : value
        }
        return .object(object)
    }

    /// Nil for text that is not JSON, which then stays text.
    private static func parsed(_ text: String) -> JSON? {
        do throws(JSONError) {
            return try JSON(parsing: text)
        } catch {
            return nil
        }
    }
}
