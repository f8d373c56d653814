internal import Core
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres

extension CasesService {
    /// `POST /cases/upload`: more files for a case. Starts no analysis.
    func uploadFiles(_ request: GatewayRequest) async throws -> Response {
        let doctor = try doctor(request)
        guard request.mediaType == "multipart/form-data" else {
            throw CasesError.validation([.missing("case_id"), .missing("file")])
        }
        var intake = FileIntake(objects: objects, clock: clock)
        do {
            var form = UploadForm()
            let reader = try request.multipart()
            while let part = try await reader.nextPart() {
                switch part.name {
                case "case_id": form.caseID = try await part.collectText(limit: Limits.fieldMax)
                case "category":
                    form.category = try UploadForm.category(try await part.collectText(limit: Limits.fieldMax))
                case "user_id": try check(userID: try await part.collectText(limit: Limits.fieldMax), is: doctor)
                case "file", "files", "files[]": try await intake.take(part, as: nil)
                default: continue
                }
            }
            guard let named = form.caseID else { throw CasesError.validation([.missing("case_id")]) }
            guard !intake.taken.isEmpty else { throw CasesError.validation([.missing("file")]) }
            let caseID = try await caseID(named: named, doctor: doctor)
            let files = try intake.settled(caseID: caseID, category: form.category)
            return try await insert(files, into: caseID, doctor: doctor)
        } catch {
            await intake.discard()
            throw error
        }
    }

    /// The case's UUID, whichever way it was named; only if it is the doctor's.
    private func caseID(named text: String, doctor: Doctor) async throws -> String {
        guard let id = RecordID(text) else { throw CasesError.caseNotFound }
        let result = try await database.run(doctor.settings(configuration), CaseStatements.read(id))
        guard let row = result.first else { throw CasesError.caseNotFound }
        return try row.text(1)
    }

    private func insert(_ files: [StoredFile], into caseID: String, doctor: Doctor) async throws -> Response {
        let statements =
            files.map { FileStatements.insertObject($0, doctorID: doctor.id) }
            + files.map { FileStatements.insert($0, caseID: caseID) }
        let results = try await database.run(doctor.settings(configuration), statements)
        let signer = urls
        let rows = try results.dropFirst(files.count).map { result in
            guard let row = result.first else { throw DatabaseError.unexpectedResult("no file came back") }
            return try FileRow(row).json(signer)
        }
        return .json(
            [
                "message": "File uploaded successfully", "file": rows.first ?? .null, "uploaded_files": .array(rows),
            ], status: .created)
    }

    /// `GET /cases/files/{case_id}`
    func listFiles(_ request: GatewayRequest) async throws -> Response {
        let doctor = try doctor(request)
        let id = try caseID(request)
        let lookup: SQL = "(select c.case_id from public.cases c where \(CaseStatements.predicate(id)))"
        let results = try await database.run(
            doctor.settings(configuration), [CaseStatements.read(id), FileStatements.list(caseID: lookup)])
        guard results.count == 2, !results[0].isEmpty else { throw CasesError.caseNotFound }
        let signer = urls
        return .json(["files": .array(try results[1].rows.map { try FileRow($0).json(signer) })])
    }

    /// `GET /cases/file/{file_id}`
    func readFile(_ request: GatewayRequest) async throws -> Response {
        let doctor = try doctor(request)
        let result = try await database.run(
            doctor.settings(configuration), FileStatements.read(try fileID(request)))
        guard let row = result.first else { throw CasesError.fileNotFound }
        return .json(["file": try FileRow(row).json(urls)])
    }

    /// `DELETE /cases/file/{file_id}`: the row and, by a trigger in the same transaction, its object.
    func deleteFile(_ request: GatewayRequest) async throws -> Response {
        let doctor = try doctor(request)
        var caseID: RecordID?
        if let named = request.query["case_id"], !named.isEmpty {
            guard let id = RecordID(named) else { throw CasesError.fileNotFound }
            caseID = id
        }
        let result = try await database.run(
            doctor.settings(configuration), FileStatements.delete(try fileID(request), caseID: caseID))
        guard !result.isEmpty else { throw CasesError.fileNotFound }
        return .json(["message": "File deleted successfully"])
    }

    private func fileID(_ request: GatewayRequest) throws(CasesError) -> RecordID {
        guard let id = RecordID(request.parameter("file_id")) else { throw .fileNotFound }
        return id
    }
}

/// The fields of an upload.
struct UploadForm: Sendable {
    var caseID: String?
    var category: FileCategory?

    static func category(_ text: String) throws(CasesError) -> FileCategory {
        guard let category = FileCategory(rawValue: text) else {
            throw .validation([.notOneOf("category", FileCategory.allCases.map(\.rawValue))])
        }
        return category
    }
}
