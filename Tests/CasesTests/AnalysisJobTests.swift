@testable import Cases
import Core
import Cryptography
import HTTPTypes
import Insights
@testable import Jobs
import Postgres
import ServiceLifecycle
import TestSupport
import Testing

@Suite struct `Analysis of a case` {
    /// Runs a worker until no job is left to do.
    private func analyse(_ bench: CasesBench, _ insights: InsightsConfig = InsightsConfig()) async throws {
        var configuration = JobsConfiguration()
        configuration.retryPause = .milliseconds(10)
        configuration.pollInterval = .milliseconds(100)
        let worker = JobWorker(
            database: bench.service, listening: bench.scratch.configuration(user: "medmitra_service"),
            handlers: [AnalysisJob(database: bench.service, objects: bench.objects, insights: insights)],
            configuration: configuration, observer: SilentObserver(), makeLease: { SecureRandom.uuid() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            let isDone = try await eventually {
                try await bench.owner.run("select 1 from medmitra.jobs where state in ('queued', 'running')").isEmpty
            }
            #expect(isDone)
            group.cancelAll()
        }
    }

    @Test func `a CSV report ends in a completed case with its values`() async throws {
        let bench = try await CasesBench()
        let id = try await bench.newCase {
            $0.field("case_summary", "weak {since} \"Monday\"")
            $0.file("lab_files", "labs.csv", "text/csv", Form.csv)
        }
        try await analyse(bench)
        let answer = try await bench.ask(.get, "/cases/cases/\(id)").json
        #expect(answer["case"]?["status"]?.string == "completed")
        let values = try #require(answer["files"]?.array?.first?["lab_values"]?.array)
        #expect(values.map { $0["name"]?.string } == ["Sodium", "Potassium"])
        #expect(values.map { $0["value"]?.string } == ["128", "4.0"])
        #expect(values.map { $0["status"]?.string } == ["low", "normal"])
        let insight = try #require(answer["ai_insights"])
        #expect(insight["key_findings"]?.array?.first?.string?.contains("128") == true)
        #expect(insight["doctor_notes"]?.string == "weak {since} \"Monday\"")
        #expect(insight["patient_context"]?["age"]?.int == 34)
        for score in ["case_summary", "soap", "diagnosis", "overall"] {
            let value = try #require(insight["\(score)_confidence_score"]?.double)
            #expect((0...1).contains(value))
        }
        #expect(try await bench.owner.run("select count(*) from public.ai_insights").first?.int(0) == 1)
        #expect(try await bench.owner.run("select count(*) from medmitra.analysis_stages").first?.int(0) == 0)
        try await bench.close()
    }

    @Test func `a case without files and notes is completed as well`() async throws {
        let bench = try await CasesBench()
        let id = try await bench.newCase()
        try await analyse(bench)
        #expect(try await bench.ask(.get, "/cases/cases/\(id)").json["case"]?["status"]?.string == "completed")
        try await bench.close()
    }

    @Test func `a case whose only file cannot be read fails and says why`() async throws {
        let bench = try await CasesBench()
        let id = try await bench.newCase {
            $0.file("lab_files", "x.pdf", "application/pdf", Array("%PDF-1.4 nothing more".utf8))
        }
        try await analyse(bench)
        let answer = try await bench.ask(.get, "/cases/cases/\(id)").json
        #expect(answer["case"]?["status"]?.string == "failed")
        #expect(answer["ai_insights"] == .null)
        #expect(answer["files"]?.array?.first?["read_error"]?.string?.isEmpty == false)
        // Readable again once a good file is there.
        var form = Form()
        form.field("case_id", id)
        form.file("file", "labs.csv", "text/csv", Form.csv)
        #expect(try await bench.form("/cases/upload", form).status == 201)
        #expect(try await bench.post("/cases/analyze/\(id)", "").status == 200)
        try await analyse(bench)
        #expect(try await bench.ask(.get, "/cases/cases/\(id)").json["case"]?["status"]?.string == "completed")
        try await bench.close()
    }

    @Test func `a document that uses up its time is tried twice and no more`() async throws {
        let bench = try await CasesBench()
        let id = try await bench.newCase {
            $0.file("lab_files", "slow.pdf", "application/pdf", Array("%PDF-1.4 nothing more".utf8))
        }
        var insights = InsightsConfig()
        insights.documentTime = .nanoseconds(1)
        try await analyse(bench, insights)
        let answer = try await bench.ask(.get, "/cases/cases/\(id)").json
        #expect(answer["case"]?["status"]?.string == "failed")
        #expect(answer["files"]?.array?.first?["read_error"]?.string?.contains("took too long") == true)
        #expect(try await bench.owner.run("select attempts from medmitra.jobs").first?.int(0) == 2)
        try await bench.close()
    }

    @Test func `a run taken up again uses the stages it finished`() async throws {
        let bench = try await CasesBench()
        let id = try await bench.newCase { $0.file("lab_files", "labs.csv", "text/csv", Form.csv) }
        let file = try #require(
            try await bench.ask(.get, "/cases/files/\(id)").json["files"]?.array?.first?["file_id"]?.string)
        let saved = DocumentReading.json(of: "Sodium", value: "199")
        try await bench.owner.run(
            """
            insert into medmitra.analysis_stages (case_id, run_id, stage, result)
            select \(id), (payload ->> 'run_id')::uuid, \("read:" + file), \(saved)::jsonb from medmitra.jobs
            """)
        try await analyse(bench)
        let insight = try await bench.ask(.get, "/cases/cases/\(id)").json["ai_insights"]
        #expect(insight?["lab_summary"]?.string?.contains("199") == true)
        try await bench.close()
    }

    @Test func `a deleted case ends its analysis without a trace`() async throws {
        let bench = try await CasesBench()
        let id = try await bench.newCase()
        #expect(try await bench.ask(.delete, "/cases/cases/\(id)").status == 200)
        try await analyse(bench)
        #expect(try await bench.owner.run("select state from medmitra.jobs").first?.text(0) == "done")
        #expect(try await bench.owner.run("select count(*) from public.ai_insights").first?.int(0) == 0)
        try await bench.close()
    }
}

extension DocumentReading {
    /// A saved stage with one high value, as the analysis keeps it.
    fileprivate static func json(of name: String, value: String) -> JSON {
        let reading = DocumentReading(
            text: nil,
            labValues: [
                LabValue(
                    name: name, value: value, unit: "mmol/L", referenceRange: "136-145", status: .high, page: 1,
                    confidence: 1)
            ], uncertainRows: [], summary: "\(name) \(value) mmol/L", keyAbnormalities: ["\(name) \(value)"],
            findings: "", impressions: "", examination: "", confidence: 1, method: .csv, pages: 1, diagnostics: [])
        return ["reading": reading.json]
    }
}
