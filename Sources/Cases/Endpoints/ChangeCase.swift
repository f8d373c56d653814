internal import Core
internal import Cryptography
internal import Gateway
internal import HummingbirdCore
internal import Postgres

extension CasesService {
    /// `PUT /cases/cases/{case_id}`, in the back end's form or the front end's.
    func updateCase(_ request: GatewayRequest) async throws -> Response {
        let doctor = try doctor(request)
        let id = try caseID(request)
        let change = try CaseChange(body: try await request.json(limit: Limits.jsonMax))
        let result = try await database.run(doctor.settings(configuration), CaseStatements.update(id, change))
        guard let row = result.first else { throw CasesError.caseNotFound }
        return .json(["message": "Case updated successfully", "case": try row.json(0)])
    }

    /// `DELETE /cases/cases/{case_id}`. Files, insights and objects go with the row; their bytes are queued for
    /// removal in the same transaction.
    func deleteCase(_ request: GatewayRequest) async throws -> Response {
        let doctor = try doctor(request)
        let id = try caseID(request)
        let result = try await database.run(doctor.settings(configuration), CaseStatements.delete(id))
        guard !result.isEmpty else { throw CasesError.caseNotFound }
        return .json(["message": "Case deleted successfully"])
    }

    /// `POST /cases/analyze/{case_id}`: completes the case by hand, or starts the analysis again.
    func analyzeCase(_ request: GatewayRequest) async throws -> Response {
        let doctor = try doctor(request)
        let id = try caseID(request)
        let body = try await request.json(limit: Limits.jsonMax)
        let options = try AnalysisOptions(body: body)
        return if let text = options.writtenResults {
            try await complete(id, by: text, doctor: doctor)
        } else {
            try await start(id, options: options, doctor: doctor)
        }
    }

    private func complete(_ id: RecordID, by text: String, doctor: Doctor) async throws -> Response {
        try await database.transaction(doctor.settings(configuration)) { transaction in
            guard let row = try await transaction.run(CaseStatements.setStatus(id, "completed")).first else {
                throw CasesError.caseNotFound
            }
            try await transaction.run(
                CaseStatements.insertManualInsight(caseID: try row.text(1), runID: SecureRandom.uuid(), text: text))
            return .json(["message": "Case analysis completed successfully", "case": try row.json(0)])
        }
    }

    private func start(_ id: RecordID, options: AnalysisOptions, doctor: Doctor) async throws -> Response {
        try await database.transaction(doctor.settings(configuration)) { transaction in
            guard let row = try await transaction.run(CaseStatements.setStatus(id, "processing")).first else {
                throw CasesError.caseNotFound
            }
            try await transaction.run(
                CaseStatements.enqueueAnalysis(
                    caseID: try row.text(1), runID: SecureRandom.uuid(), options: options.json))
            return .json(["message": "Case analysis started successfully", "case": try row.json(0)])
        }
    }
}

extension CaseChange {
    /// Reads either form; unknown fields are passed over, which keeps owner, ids and times out of reach.
    init(body: JSON?) throws(CasesError) {
        guard let body else { throw .validation([.missing("body")]) }
        guard let object = body.object else { throw .validation([.wrongType("body", expected: "dict", input: .null)]) }
        var violations: [Violation] = []
        func text(_ value: JSON?, _ field: String, charactersMax: Int) -> String? {
            guard let value, value != .null else { return nil }
            guard let text = value.string else {
                violations.append(.wrongType(field, expected: "string", input: .null))
                return nil
            }
            if text.count > charactersMax { violations.append(.tooLong(field, charactersMax: charactersMax)) }
            if text.utf8.contains(0) {
                violations.append(
                    Violation(
                        type: "value_error", location: ["body", field], message: "Input may not hold NUL characters"))
            }
            return text
        }
        func unlessEmpty(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
        func age(_ value: JSON?, _ field: String) -> Int? {
            guard let value, value != .null, value != "" else { return nil }
            guard let number = value.int ?? value.string.flatMap({ Int($0) }) else {
                violations.append(.notAnInteger(field, input: value.string ?? value.text))
                return nil
            }
            if !Limits.ages.contains(number) { violations.append(.outOfRange(field, Limits.ages)) }
            return number
        }
        let patient = object["patientInfo"]?.object
        if let given = object["patientInfo"], given != .null, patient == nil {
            violations.append(.wrongType("patientInfo", expected: "dict", input: .null))
        }
        name =
            unlessEmpty(text(object["patient_name"], "patient_name", charactersMax: Limits.nameCharactersMax))
            ?? unlessEmpty(text(patient?["name"], "name", charactersMax: Limits.nameCharactersMax))
        self.age = age(object["patient_age"], "patient_age") ?? age(patient?["age"], "age")
        gender =
            unlessEmpty(text(object["patient_gender"], "patient_gender", charactersMax: Limits.genderCharactersMax))
            ?? unlessEmpty(text(patient?["gender"], "gender", charactersMax: Limits.genderCharactersMax))
        summary =
            text(object["case_summary"], "case_summary", charactersMax: Limits.fieldMax.bytes)
            ?? text(object["caseSummary"], "caseSummary", charactersMax: Limits.fieldMax.bytes)
        status = unlessEmpty(text(object["status"], "status", charactersMax: 50))
        guard violations.isEmpty else { throw .validation(violations) }
        guard !isEmpty else { throw .noUpdateData }
    }
}

/// The body of an analyze request.
struct AnalysisOptions: Sendable {
    /// What the doctor wrote in place of an analysis.
    var writtenResults: String?
    private(set) var json: JSON = [:]

    private static let switches = [
        "includeDifferentialDiagnosis", "includeTreatmentSuggestions", "includeLabInterpretation",
        "includeImagingAnalysis",
    ]

    init(body: JSON?) throws(CasesError) {
        guard let body, body != .null else { return }
        guard let object = body.object else { throw .validation([.wrongType("body", expected: "dict", input: .null)]) }
        if let results = object["analysis_results"], results != .null {
            guard let text = results.string else {
                throw .validation([.wrongType("analysis_results", expected: "string", input: .null)])
            }
            guard !text.utf8.contains(0) else {
                throw .validation([
                    Violation(
                        type: "value_error", location: ["body", "analysis_results"],
                        message: "Input may not hold NUL characters")
                ])
            }
            if !text.isEmpty { writtenResults = text }
        }
        var options = JSONObject()
        for name in AnalysisOptions.switches {
            guard let value = object[name], value != .null else { continue }
            guard value.bool != nil else { throw .validation([.wrongType(name, expected: "bool", input: .null)]) }
            options[name] = value
        }
        if let threshold = object["confidenceThreshold"], threshold != .null {
            guard threshold.double != nil else {
                throw .validation([.wrongType("confidenceThreshold", expected: "float", input: .null)])
            }
            options["confidenceThreshold"] = threshold
        }
        json = .object(options)
    }
}
