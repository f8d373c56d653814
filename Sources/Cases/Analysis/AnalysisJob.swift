internal import Core
public import Insights
public import Jobs
public import Objects
public import Postgres

/// The background analysis of one case: reads each file, saves what was read, reasons, and writes one insight.
///
/// All rows of the case are reached as the doctor who asked. Finished stages are kept, so that a run taken up again
/// after a crash goes on where it stopped; the insight and the new status are written by the completion, in the
/// transaction that ends the job, so that there is exactly one.
public struct AnalysisJob: JobHandler {
    let database: Database
    let objects: any ObjectStore
    let reader: Reader
    let reasoner: Reasoner

    /// - Parameter database: a pool of the login that owns the job queue and can become `authenticated`.
    public init(database: Database, objects: any ObjectStore, insights: InsightsConfig) {
        self.database = database
        self.objects = objects
        reader = Reader(configuration: insights)
        reasoner = Reasoner()
    }

    public var kind: String { "analysis" }

    /// Attempts at a document that used up its time or memory.
    private static let costlyAttemptsMax = 2

    public func run(_ job: Job) async throws -> JobCompletion {
        let order = try AnalysisOrder(job)
        // A deleted case needs no analysis.
        guard let subject = try await loadCase(order) else { return .nothing }
        let saved = try await savedStages(order)
        var readings: [(document: CaseDocument, outcome: ReadingOutcome)] = []
        for file in subject.files {
            let outcome: FileOutcome
            if let stage = saved[file.stage], let earlier = FileOutcome(json: stage) {
                outcome = earlier
            } else {
                outcome = try await read(file, of: subject, during: job)
                try await save(outcome, of: file, order: order)
            }
            readings.append((file.document(path: ""), outcome.forReasoning))
        }
        // With files but not one that can be read there is nothing to reason about.
        if !readings.isEmpty, readings.allSatisfy({ $0.outcome.isFailure }) {
            throw JobFailure.giveUp(reason: "none of the \(readings.count) files of the case could be read")
        }
        let insight = reasoner.insight(
            patient: subject.patient, notes: subject.notes, readings: readings)
        return JobCompletion { transaction in
            try await transaction.run(AnalysisStatements.deleteStages(order))
            try await transaction.apply(TransactionSettings(caller: order.caller))
            try await transaction.run(AnalysisStatements.insertInsight(insight, order))
            try await transaction.run(AnalysisStatements.finishCase(order, status: "completed"))
        }
    }

    public func gaveUp(_ job: Job, reason: String, in transaction: Transaction) async throws {
        let order = try AnalysisOrder(job)
        try await transaction.run(AnalysisStatements.deleteStages(order))
        try await transaction.apply(TransactionSettings(caller: order.caller))
        try await transaction.run(AnalysisStatements.finishCase(order, status: "failed"))
    }

    // MARK: Steps

    private func loadCase(_ order: AnalysisOrder) async throws -> AnalysedCase? {
        let results = try await database.run(
            TransactionSettings(caller: order.caller),
            [AnalysisStatements.readCase(order), FileStatements.listForAnalysis(caseID: order.caseID)])
        guard results.count == 2, let row = results[0].first else { return nil }
        return AnalysedCase(
            patient: Patient(name: try row.text(0), age: try row.int(1), gender: try row.text(2)),
            notes: row.optionalText(3), files: try results[1].rows.map(AnalysedFile.init))
    }

    private func savedStages(_ order: AnalysisOrder) async throws -> [String: JSON] {
        var stages: [String: JSON] = [:]
        for row in try await database.run(AnalysisStatements.readStages(order)).rows {
            stages[try row.text(0)] = try row.json(1)
        }
        return stages
    }

    private func read(_ file: AnalysedFile, of subject: AnalysedCase, during job: Job) async throws -> FileOutcome {
        guard let version = try file.version() else { return .failed("The stored file is missing.") }
        do {
            let reading = try await objects.withLocalFile(version) { path in
                try await reader.read(file.document(path: path), patient: subject.patient)
            }
            return .read(reading)
        } catch let error as ReadingError {
            try Task.checkCancellation()
            // The machine's fault, not the document's: worth another try while there is one.
            let attemptsMax = error.isCostly ? min(AnalysisJob.costlyAttemptsMax, job.attemptsMax) : job.attemptsMax
            if error.isTransient, job.attempt < attemptsMax {
                throw JobFailure.retry(reason: "\(file.stage): \(error.reason)")
            }
            return .failed(error.reason)
        } catch ObjectError.notFound {
            return .failed("The stored file is missing.")
        }
    }

    /// The stage's result for a later attempt, and the file's row for the doctor, in one transaction.
    private func save(_ outcome: FileOutcome, of file: AnalysedFile, order: AnalysisOrder) async throws {
        try await database.transaction { transaction in
            try await transaction.run(AnalysisStatements.saveStage(order, stage: file.stage, result: outcome.json))
            try await transaction.apply(TransactionSettings(caller: order.caller))
            try await transaction.run(outcome.statement(for: file))
        }
    }
}

/// What a job asks for, from its row.
struct AnalysisOrder: Sendable {
    let caseID: String
    let runID: String
    let caller: Caller

    init(_ job: Job) throws(JobFailure) {
        guard let caseID = job.payload["case_id"]?.string,
            let runID = job.payload["run_id"]?.string.flatMap(RecordID.canonicalUUID),
            let doctor = job.subject.flatMap(RecordID.canonicalUUID)
        else { throw .giveUp(reason: "the job's payload is not one of an analysis") }
        self.caseID = caseID
        self.runID = runID
        caller = .user(id: doctor)
    }
}

/// The case as the analysis sees it.
struct AnalysedCase: Sendable {
    let patient: Patient
    let notes: String?
    let files: [AnalysedFile]
}
