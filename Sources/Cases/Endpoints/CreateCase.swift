internal import Core
internal import Cryptography
internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore
internal import Postgres

extension CasesService {
    /// `POST /cases/create_case`: files go to the object store while they arrive; the case, its files and the
    /// analysis job are then one transaction as the doctor. Whatever fails, nothing of the case is left.
    func createCase(_ request: GatewayRequest) async throws -> Response {
        let doctor = try doctor(request)
        let caseID = SecureRandom.uuid()
        var intake = FileIntake(objects: objects, clock: clock)
        do {
            let form = try await NewCaseForm.read(request, intake: &intake)
            try check(userID: form.userID, is: doctor)
            let new = try form.validated()
            return try await insert(new, files: try intake.settled(caseID: caseID), caseID: caseID, doctor: doctor)
        } catch {
            await intake.discard()
            throw error
        }
    }

    private func insert(
        _ new: NewCaseForm.Valid, files: [StoredFile], caseID: String, doctor: Doctor
    ) async throws -> Response {
        var statements = [
            CaseStatements.insert(
                caseID: caseID, doctorID: doctor.id, name: new.name, age: new.age, gender: new.gender,
                summary: new.summary)
        ]
        statements += files.map { FileStatements.insertObject($0, doctorID: doctor.id) }
        statements += files.map { FileStatements.insert($0, caseID: caseID) }
        statements.append(
            CaseStatements.enqueueAnalysis(caseID: caseID, runID: SecureRandom.uuid(), options: [:]))
        let results = try await database.run(doctor.settings(configuration), statements)
        guard let row = results.first?.first else { throw DatabaseError.unexpectedResult("no case came back") }
        let signer = urls
        let uploaded = try results.dropFirst(1 + files.count).prefix(files.count).map { result in
            guard let row = result.first else { throw DatabaseError.unexpectedResult("no file came back") }
            return try FileRow(row).json(signer)
        }
        return .json(
            [
                "message": "Case created successfully", "case": try row.json(0), "case_id": .string(caseID),
                "uploaded_files": .array(uploaded),
            ], status: .created)
    }
}

/// The form of a new case, as it comes.
struct NewCaseForm: Sendable {
    var userID: String?
    var fields: [String: String] = [:]

    private static let textFields: Set<String> = ["patient_name", "patient_age", "patient_gender", "case_summary"]

    struct Valid: Sendable {
        let name: String
        let age: Int
        let gender: String
        let summary: String?
    }

    /// Reads all parts; files go through `intake`. Fields nobody asked for are passed over.
    static func read(_ request: GatewayRequest, intake: inout FileIntake) async throws -> NewCaseForm {
        var form = NewCaseForm()
        guard request.mediaType == "multipart/form-data" else { _ = try form.validated(); return form }
        let reader = try request.multipart()
        while let part = try await reader.nextPart() {
            if let category = FileCategory(formField: part.name) {
                try await intake.take(part, as: category)
            } else if part.name == "user_id" {
                form.userID = try await part.collectText(limit: Limits.fieldMax)
            } else if textFields.contains(part.name) {
                form.fields[part.name] = try await part.collectText(limit: Limits.fieldMax)
            }
        }
        return form
    }

    /// All violations together, as FastAPI reports them. An empty field counts as missing.
    func validated() throws(CasesError) -> Valid {
        var violations: [Violation] = []
        func required(_ field: String, charactersMax: Int) -> String {
            guard let value = fields[field], !value.isEmpty else {
                violations.append(.missing(field))
                return ""
            }
            if value.count > charactersMax { violations.append(.tooLong(field, charactersMax: charactersMax)) }
            return value
        }
        let name = required("patient_name", charactersMax: Limits.nameCharactersMax)
        var age = 0
        let ageText = required("patient_age", charactersMax: 20)
        if let value = Int(ageText) {
            age = value
            if !Limits.ages.contains(value) { violations.append(.outOfRange("patient_age", Limits.ages)) }
        } else if !ageText.isEmpty {
            violations.append(.notAnInteger("patient_age", input: ageText))
        }
        let gender = required("patient_gender", charactersMax: Limits.genderCharactersMax)
        for (field, value) in fields.sorted(by: { $0.key < $1.key }) where value.utf8.contains(0) {
            violations.append(
                Violation(type: "value_error", location: ["body", field], message: "Input may not hold NUL characters"))
        }
        guard violations.isEmpty else { throw .validation(violations) }
        let summary = fields["case_summary"].flatMap { $0.isEmpty ? nil : $0 }
        return Valid(name: name, age: age, gender: gender, summary: summary)
    }
}
