@testable import Cases
import Core
import Foundation
import HTTPTypes
import Postgres
import TestSupport
import Testing

@Suite struct `Case endpoints` {
    @Test func `a new case is answered as stored, in processing, with its files`() async throws {
        let bench = try await CasesBench()
        var form = Form.patient
        form.field("case_summary", #"notes with {braces}, "quotes" and é"#)
        form.file("radiology_files", "x.png", "image/png", Form.png(width: 10, height: 10))
        form.file("lab_files", "../../etc/labs.csv", "text/csv; charset=utf-8", Form.csv)
        form.file("lab_files", "labs.csv", "text/csv", Form.csv)
        let answer = try await bench.form("/cases/create_case", form)
        #expect(answer.status == 201, "\(answer.text)")
        let json = answer.json
        #expect(json["message"]?.string == "Case created successfully")
        #expect(json["case"]?["status"]?.string == "processing")
        #expect(json["case"]?["doctor_id"]?.string == CasesBench.doctor)
        #expect(json["case"]?["patient_age"]?.int == 34)
        #expect(json["case"]?["case_summary"]?.string == #"notes with {braces}, "quotes" and é"#)
        let files = try #require(json["uploaded_files"]?.array)
        #expect(files.map { $0["file_category"]?.string } == ["lab", "lab", "radiology"])
        #expect(files.map { $0["file_name"]?.string } == ["labs.csv", "labs.csv", "x.png"])
        #expect(files.allSatisfy { $0["file_url"]?.string?.contains("/storage/v1/object/sign/labdocs/") == true })
        #expect(Set(files.compactMap { $0["file_id"]?.string }).count == 3)
        #expect(!answer.text.contains("storage_path"))
        let jobs = try await bench.owner.run("select kind, subject::text from medmitra.jobs")
        #expect(try jobs.rows.map { try $0.text(0) } == ["analysis"])
        #expect(try jobs.first?.text(1) == CasesBench.doctor)
        try await bench.close()
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let name: String
        let status: Int
        let contains: String
        let change: @Sendable (inout Form) -> Void
        var testDescription: String { name }
    }

    private static func pdf(_ size: Int) -> [UInt8] { Array("%PDF-1.4\n".utf8) + [UInt8](repeating: 0x20, count: size) }

    static let refusals: [Refusal] = [
        Refusal(name: "another user's id", status: 403, contains: "user_id") {
            $0.field("user_id", CasesBench.stranger)
        },
        Refusal(name: "an age that is no number", status: 422, contains: "int_parsing") {
            $0.field("patient_age", "old")
        },
        Refusal(name: "an age beyond reason", status: 422, contains: "patient_age") {
            $0.field("patient_age", "99999999999")
        },
        Refusal(name: "a negative age", status: 422, contains: "patient_age") { $0.field("patient_age", "-1") },
        Refusal(name: "an empty name", status: 422, contains: #""loc":["body","patient_name"]"#) {
            $0.field("patient_name", "")
        },
        Refusal(name: "a name without end", status: 422, contains: "string_too_long") {
            $0.field("patient_name", String(repeating: "x", count: 501))
        },
        Refusal(name: "a field beyond its size", status: 413, contains: "larger") {
            $0.field("case_summary", String(repeating: "x", count: 300 << 10))
        },
        Refusal(name: "NUL in a name", status: 422, contains: "NUL") { $0.field("patient_name", "a\0b") },
        Refusal(name: "a lab file of a wrong type", status: 415, contains: "image/png") {
            $0.file("lab_files", "x.png", "image/png", Form.png(width: 1, height: 1))
        },
        Refusal(name: "a PDF that is none", status: 415, contains: "content") {
            $0.file("lab_files", "x.pdf", "application/pdf", Array("hello".utf8))
        },
        Refusal(name: "a lab file beyond 10 MiB", status: 413, contains: "10 MiB") {
            $0.file("lab_files", "x.pdf", "application/pdf", pdf(11 << 20))
        },
        Refusal(name: "an image of 30,000 x 30,000 pixels", status: 413, contains: "30000 x 30000") {
            $0.file("radiology_files", "x.png", "image/png", Form.png(width: 30_000, height: 30_000))
        },
        Refusal(name: "an empty file with a name", status: 400, contains: "empty") {
            $0.file("lab_files", "x.pdf", "application/pdf", [])
        },
    ]

    @Test(arguments: refusals)
    func `what is refused leaves nothing behind`(refusal: Refusal) async throws {
        let bench = try await CasesBench()
        var form = Form.patient
        form.file("lab_files", "good.csv", "text/csv", Form.csv)
        refusal.change(&form)
        let answer = try await bench.form("/cases/create_case", form)
        #expect(answer.status == refusal.status, "\(answer.text)")
        #expect(answer.text.contains(refusal.contains), "\(answer.text)")
        #expect(answer.json["detail"] != nil && answer.json["error"]?.string != nil)
        #expect(try await bench.owner.run("select count(*) from public.cases").first?.int(0) == 0)
        #expect(try await bench.owner.run("select count(*) from medmitra.jobs").first?.int(0) == 0)
        #expect(try await bench.storedVersions() == 0)
        try await bench.close()
    }

    @Test(
        arguments: [
            ("", nil), ("{}", "application/json"), ("--b0undary\r\ngarbage", "multipart/form-data; boundary=b0undary"),
            ("x", "multipart/form-data"),
            (
                "--b0undary\r\nContent-Disposition: form-data; name=\"patient_name\"\r\n\r\ncut",
                "multipart/form-data; boundary=b0undary"
            ),
        ] as [(String, String?)])
    func `a body that is no form is a clear 4xx`(body: String, type: String?) async throws {
        let bench = try await CasesBench()
        let answer = try await bench.ask(.post, "/cases/create_case", body: Array(body.utf8), type: type)
        #expect([400, 422].contains(answer.status), "\(answer.status) \(answer.text)")
        #expect(answer.json["detail"] != nil)
        try await bench.close()
    }

    @Test func `missing fields are all reported, as FastAPI does`() async throws {
        let bench = try await CasesBench()
        let answer = try await bench.form("/cases/create_case", Form())
        #expect(answer.status == 422)
        #expect(
            answer.text.hasPrefix(
                #"{"detail":[{"type":"missing","loc":["body","patient_name"],"msg":"Field required","input":null},"#))
        #expect(answer.json["detail"]?.array?.count == 3)
        try await bench.close()
    }

    @Test func `a token must be a user's, valid and of the right audience`() async throws {
        let bench = try await CasesBench()
        let now = UTCClock().now().seconds
        let bad: [String?] = [
            nil, "garbage", try bench.token(nil), try bench.token("not-a-uuid"),
            try bench.token(CasesBench.doctor) { $0["exp"] = .int(now - 1) },
            try bench.token(CasesBench.doctor) { $0["exp"] = nil },
            try bench.token(CasesBench.doctor) { $0["exp"] = .string(String(now + 100)) },
            try bench.token(CasesBench.doctor) { $0["aud"] = "other" },
            try bench.token(CasesBench.doctor) { $0["role"] = "service_role" },
            try bench.token(CasesBench.doctor) + "x",
            CasesBench.doctor,
        ]
        for token in bad {
            let answer = try await bench.ask(.get, "/cases/all_cases", as: nil, token: token)
            #expect(answer.status == 401, "\(token ?? "no token"): \(answer.text)")
            #expect(answer.headers[.wwwAuthenticate] == "Bearer")
        }
        try await bench.close()
    }

    @Test func `a token of an OAuth client is refused by every operation, whatever its scope`() async throws {
        let bench = try await CasesBench()
        let id = "33333333-3333-4333-8333-333333333333"
        for client in [JSON.string(id), "", 1, .null] {
            let token = try bench.token(CasesBench.doctor) {
                $0["client_id"] = client
                $0["scope"] = "openid email profile"
            }
            for (method, path) in [
                (HTTPRequest.Method.get, "/cases/all_cases"), (.get, "/cases/cases"), (.get, "/cases/cases/\(id)"),
                (.post, "/cases/create_case"), (.put, "/cases/cases/\(id)"), (.delete, "/cases/cases/\(id)"),
                (.post, "/cases/analyze/\(id)"), (.post, "/cases/upload"), (.get, "/cases/files/\(id)"),
                (.get, "/cases/file/\(id)"), (.delete, "/cases/file/\(id)"),
            ] {
                let answer = try await bench.ask(method, path, as: nil, token: token)
                #expect(answer.status == 403, "\(method) \(path): \(answer.text)")
                #expect(answer.json["detail"] == "Tokens of OAuth clients are not accepted here")
                #expect(answer.json["error"] == "Tokens of OAuth clients are not accepted here")
            }
        }
        try await bench.close()
    }

    @Test func `another doctor's case is answered like an unknown one by every operation`() async throws {
        let bench = try await CasesBench()
        let id = try await bench.newCase { $0.file("lab_files", "l.csv", "text/csv", Form.csv) }
        let read = try await bench.ask(.get, "/cases/cases/\(id)")
        let row = try #require(read.json["case"]?["id"]?.int)
        let file = try #require(read.json["files"]?.array?.first?["file_id"]?.string)
        for caseID in [
            id, String(row), "99999", "00000000-0000-4000-8000-000000000000", "nonsense", "%00", "1%20or%201=1",
        ] {
            for (method, path) in [
                (.get, "/cases/cases/"), (.delete, "/cases/cases/"), (.get, "/cases/files/"),
                (.post, "/cases/analyze/"),
            ] as [(HTTPRequest.Method, String)] {
                let answer = try await bench.ask(method, path + caseID, as: CasesBench.stranger)
                #expect(answer.status == 404, "\(method) \(path)\(caseID): \(answer.status) \(answer.text)")
            }
            let update = try await bench.put(
                "/cases/cases/" + caseID, #"{"patient_name":"x"}"#, as: CasesBench.stranger)
            #expect(update.status == 404)
            var upload = Form()
            upload.file("file", "l.csv", "text/csv", Form.csv)
            upload.field("case_id", caseID.removingPercentEncoding ?? caseID)
            #expect([404, 422].contains(try await bench.form("/cases/upload", upload, as: CasesBench.stranger).status))
        }
        for (method, path) in [(.get, "/cases/file/"), (.delete, "/cases/file/")] as [(HTTPRequest.Method, String)] {
            #expect(try await bench.ask(method, path + file, as: CasesBench.stranger).status == 404)
        }
        #expect(try await bench.ask(.get, "/cases/all_cases", as: CasesBench.stranger).text == #"{"cases":[]}"#)
        #expect(try await bench.storedVersions() == 1)
        try await bench.close()
    }

    @Test func `a case is found by UUID and by row number`() async throws {
        let bench = try await CasesBench()
        let id = try await bench.newCase()
        let byUUID = try await bench.ask(.get, "/cases/cases/\(id)")
        #expect(byUUID.status == 200)
        #expect(byUUID.json["ai_insights"] == .null)
        #expect(byUUID.json["files"] == [])
        let row = try #require(byUUID.json["case"]?["id"]?.int)
        #expect(try await bench.ask(.get, "/cases/cases/\(row)").json["case"]?["case_id"]?.string == id)
        try await bench.close()
    }

    @Test(arguments: [
        (#"{"patient_name":"New"}"#, 200, #""patient_name":"New""#),
        (
            #"{"patientInfo":{"name":"Front","age":"41","gender":"","caseTitle":"t"},"caseSummary":"s","uploadedFiles":[]}"#,
            200, #""patient_age":41"#
        ),
        (#"{"doctor_id":"22222222-2222-4222-8222-222222222222"}"#, 400, "No data provided for update"),
        ("{}", 400, "No data provided for update"),
        (#"{"patient_age":"x"}"#, 422, "int_parsing"),
        (#"{"patient_age":1000}"#, 422, "patient_age"),
        (#"{"patient_name":5}"#, 422, "string_type"),
        ("[1]", 422, "dict_type"),
        ("{broken", 422, "json_invalid"),
        ("", 422, "missing"),
        (#"{"status":"archived"}"#, 200, #""status":"archived""#),
    ])
    func `updates take either form and nothing else`(body: String, status: Int, contains: String) async throws {
        let bench = try await CasesBench()
        let id = try await bench.newCase()
        let answer = try await bench.put("/cases/cases/\(id)", body)
        #expect(answer.status == status, "\(answer.text)")
        #expect(answer.text.contains(contains), "\(answer.text)")
        #expect(
            try await bench.owner.run("select doctor_id::text from public.cases").first?.text(0) == CasesBench.doctor)
        try await bench.close()
    }

    @Test func `a deleted case takes files, insights and objects along`() async throws {
        let bench = try await CasesBench()
        let id = try await bench.newCase { $0.file("lab_files", "l.csv", "text/csv", Form.csv) }
        #expect(
            try await bench.ask(.delete, "/cases/cases/\(id)").json["message"]?.string == "Case deleted successfully")
        let again = try await bench.ask(.delete, "/cases/cases/\(id)")
        #expect(again.status == 404)
        #expect(again.json["detail"]?.string == "Case not found")
        for table in ["public.case_files", "storage.objects"] {
            #expect(try await bench.owner.run(SQL(trustedText: "select count(*) from \(table)")).first?.int(0) == 0)
        }
        #expect(try await bench.owner.run("select count(*) from medmitra.object_deletions").first?.int(0) == 1)
        try await bench.close()
    }

    @Test func `a case completed by hand keeps the doctor's words`() async throws {
        let bench = try await CasesBench()
        let id = try await bench.newCase()
        let answer = try await bench.post("/cases/analyze/\(id)", #"{"analysis_results":"It was {nothing}."}"#)
        #expect(answer.json["message"]?.string == "Case analysis completed successfully")
        #expect(answer.json["case"]?["status"]?.string == "completed")
        let insight = try await bench.ask(.get, "/cases/cases/\(id)").json["ai_insights"]
        #expect(insight?["comprehensive_summary"]?.string == "It was {nothing}.")
        #expect(insight?["key_findings"] == [])
        try await bench.close()
    }

    @Test(arguments: [
        ("", 200), ("{}", 200), (#"{"includeLabInterpretation":true,"confidenceThreshold":0.5}"#, 200),
        (#"{"includeLabInterpretation":"yes"}"#, 422), ("[]", 422), (#"{"analysis_results":5}"#, 422),
    ])
    func `an analysis starts again with options or without`(body: String, status: Int) async throws {
        let bench = try await CasesBench()
        let id = try await bench.newCase()
        let answer = try await bench.post("/cases/analyze/\(id)", body)
        #expect(answer.status == status, "\(answer.text)")
        // One is queued from the creation; a second at the same time would be one too many.
        #expect(try await bench.owner.run("select count(*) from medmitra.jobs").first?.int(0) == 1)
        try await bench.close()
    }

    @Test func `uploads take either client's form, in any order`() async throws {
        let bench = try await CasesBench()
        let id = try await bench.newCase()
        var code = Form()
        code.field("case_id", id)
        code.file("file", "a.csv", "text/csv", Form.csv)
        let first = try await bench.form("/cases/upload", code)
        #expect(first.status == 201, "\(first.text)")
        #expect(first.json["file"]?["file_category"]?.string == "lab")
        var front = Form()
        front.file("files", "b.png", "image/png", Form.png(width: 5, height: 5))
        front.file("files", "c.dcm", "application/octet-stream", [UInt8](repeating: 0, count: 128) + Array("DICM".utf8))
        front.field("category", "radiology")
        front.field("case_id", id)
        let second = try await bench.form("/cases/upload", front)
        #expect(second.status == 201, "\(second.text)")
        #expect(second.json["uploaded_files"]?.array?.count == 2)
        #expect(try await bench.ask(.get, "/cases/files/\(id)").json["files"]?.array?.count == 3)
        var wrong = Form()
        wrong.file("files", "b.png", "image/png", Form.png(width: 5, height: 5))
        wrong.field("category", "lab")
        wrong.field("case_id", id)
        #expect(try await bench.form("/cases/upload", wrong).status == 415)
        #expect(try await bench.storedVersions() == 3)
        try await bench.close()
    }

    @Test func `a file is deleted once, and only with its own case`() async throws {
        let bench = try await CasesBench()
        let id = try await bench.newCase { $0.file("lab_files", "l.csv", "text/csv", Form.csv) }
        let other = try await bench.newCase()
        let file = try #require(
            try await bench.ask(.get, "/cases/files/\(id)").json["files"]?.array?.first?["file_id"]?.string)
        #expect(try await bench.ask(.get, "/cases/file/\(file)").json["file"]?["case_id"]?.string == id)
        #expect(try await bench.ask(.delete, "/cases/file/\(file)?case_id=\(other)").status == 404)
        #expect(try await bench.ask(.delete, "/cases/file/\(file)?case_id=\(id)").status == 200)
        #expect(try await bench.ask(.delete, "/cases/file/\(file)").status == 404)
        try await bench.close()
    }

    @Test func `lists are filtered, sorted and paged`() async throws {
        let bench = try await CasesBench()
        for (name, age) in [("Alice", "30"), ("Bob", "40"), ("Carol", "50")] {
            _ = try await bench.newCase {
                $0.field("patient_name", name)
                $0.field("patient_age", age)
            }
        }
        func names(_ query: String, path: String = "/cases/all_cases") async throws -> [String] {
            let answer = try await bench.ask(.get, path + "?" + query)
            return (answer.json["cases"]?.array ?? [.string("\(answer.status)")]).map {
                $0["patient_name"]?.string ?? $0.text
            }
        }
        #expect(try await names("") == ["Carol", "Bob", "Alice"])
        #expect(try await names("user_id=\(CasesBench.doctor)") == ["Carol", "Bob", "Alice"])
        #expect(try await names("sortBy=patient_age&sortOrder=asc") == ["Alice", "Bob", "Carol"])
        #expect(try await names("minAge=35&max_age=45") == ["Bob"])
        #expect(try await names("search=aro") == ["Carol"])
        #expect(try await names("search=%25") == [])
        #expect(try await names("limit=1&page=2") == ["Bob"])
        #expect(try await names("status=failed") == [])
        #expect(try await names("start_date=2000-01-01&endDate=2999-12-31") == ["Carol", "Bob", "Alice"])
        #expect(try await names("endDate=2000-01-01") == [])
        let page = try await bench.ask(.get, "/cases/cases?limit=2")
        #expect(page.json["total"]?.int == 3)
        #expect(page.json["cases"]?.array?.count == 2)
        for bad in [
            "limit=x", "limit=0", "minAge=a", "startDate=2026-02-30", "sortBy=password", "sortOrder=up",
            "page=99999999999",
        ] {
            #expect(try await bench.ask(.get, "/cases/all_cases?\(bad)").status == 422, "\(bad)")
        }
        #expect(try await bench.ask(.get, "/cases/all_cases?user_id=\(CasesBench.stranger)").status == 403)
        try await bench.close()
    }

    @Test(arguments: [
        ("/", 200), ("/docs", 200), ("/redoc", 200), ("/openapi.json", 200), ("/nothing", 404), ("/cases", 404),
    ])
    func `pages need no token`(path: String, status: Int) async throws {
        let bench = try await CasesBench()
        let answer = try await bench.ask(.get, path, as: nil)
        #expect(answer.status == status)
        if status == 404 { #expect(answer.json["detail"]?.string == "Not Found") }
        try await bench.close()
    }

    @Test func `a wrong method is told from an unknown route`() async throws {
        let bench = try await CasesBench()
        let answer = try await bench.ask(.delete, "/cases/create_case")
        #expect(answer.status == 405)
        #expect(answer.text == #"{"detail":"Method Not Allowed","error":"Method Not Allowed"}"#)
        #expect(answer.headers[.allow] == "POST")
        try await bench.close()
    }
}
