import Core
import Foundation
import HTTPTypes
import HummingbirdCore
import NIOCore
import Postgres
import Testing

@Suite struct `Downloads` {
    static let content = String((0..<100).map { Character(Unicode.Scalar(UInt8(ascii: "a") + UInt8($0 % 26))) })

    @Test func `a range is answered with its bytes`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files")
            for (asked, status, text, range) in [
                ("bytes=0-9", 206, "abcdefghij", "bytes 0-9/100"), ("bytes=95-", 206, "rstuv", "bytes 95-99/100"),
                ("bytes=-3", 206, "tuv", "bytes 97-99/100"), ("bytes=98-500", 206, "uv", "bytes 98-99/100"),
                ("bytes=0-0", 206, "a", "bytes 0-0/100"),
            ] {
                _ = try await harness.upload("files/r", Self.content, as: harness.serviceKey)
                let answer = try await harness.send(
                    .get, "/object/files/r", as: harness.serviceKey, headers: ["range": asked])
                #expect(answer.status == status)
                #expect(answer.text == text)
                #expect(answer.header("content-range") == range)
                #expect(answer.header("content-length") == String(text.utf8.count))
            }
        }
    }

    @Test func `a range that cannot be is refused with its own status`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files")
            _ = try await harness.upload("files/r", Self.content, as: harness.serviceKey)
            _ = try await harness.upload("files/empty", "", as: harness.serviceKey)
            for asked in ["bytes=100-", "bytes=9-5", "bytes=0-1,5-6", "bytes=x-y", "bytes=-0", "items=0-1", "bytes=-"] {
                let answer = try await harness.send(
                    .get, "/object/files/r", as: harness.serviceKey, headers: ["range": asked])
                #expect(answer.outcome == "416 416 InvalidRange", "\(asked)")
                #expect(answer["error"] == "invalid_range")
                #expect(answer.header("content-range") == "bytes */100")
            }
            let empty = try await harness.send(
                .get, "/object/files/empty", as: harness.serviceKey, headers: ["range": "bytes=0-"])
            #expect(empty.status == 416)
        }
    }

    @Test func `conditions are answered`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files")
            _ = try await harness.upload("files/r", Self.content, as: harness.serviceKey)
            let first = try await harness.send(.get, "/object/files/r", as: harness.serviceKey)
            let etag = try #require(first.header("etag"))
            let changed = try #require(first.header("last-modified"))
            for (header, value, status) in [
                ("if-none-match", etag, 304), ("if-none-match", "W/\(etag)", 304), ("if-none-match", "*", 304),
                ("if-none-match", "\"x\", \(etag)", 304), ("if-none-match", "\"x\"", 200),
                ("if-modified-since", changed, 304), ("if-modified-since", "Tue, 01 Jan 2019 00:00:00 GMT", 200),
                ("if-modified-since", "nonsense", 200),
            ] {
                let answer = try await harness.send(
                    .get, "/object/files/r", as: harness.serviceKey, headers: [header: value])
                #expect(answer.status == status, "\(header): \(value)")
                #expect(answer.text == (status == 200 ? Self.content : ""))
                #expect(answer.header("etag") == etag)
                #expect((answer.header("content-length") == nil) == (status == 304))
            }
            let missed = try await harness.send(
                .get, "/object/files/r", as: harness.serviceKey, headers: ["if-none-match": "\"x\""])
            #expect(missed.header("cache-control") == "no-cache, stale-while-revalidate=30")
            let stale = try await harness.send(
                .get, "/object/files/r", as: harness.serviceKey, headers: ["if-range": "\"x\"", "range": "bytes=0-1"])
            #expect(stale.status == 200, "another version's range is not given")
        }
    }

    @Test func `a head answers the headers alone, and failures are bare`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files")
            _ = try await harness.upload("files/r", Self.content, as: harness.serviceKey)
            for path in ["/object/files/r", "/object/authenticated/files/r", "/object/info/files/r"] {
                let answer = try await harness.send(.head, path, as: harness.serviceKey)
                #expect(answer.status == 200)
                #expect(answer.bytes.isEmpty)
                #expect(answer.header("content-length") == "100")
            }
            for (path, bearer) in [
                ("/object/files/missing", harness.serviceKey), ("/object/none/r", harness.serviceKey),
                ("/object/files/r", nil),
                ("/object/public/files/r", nil), ("/object/authenticated/files/r", nil),
            ] {
                let answer = try await harness.send(.head, path, as: bearer)
                #expect(answer.status == 400, "\(path)")
                #expect(answer.bytes.isEmpty)
            }
        }
    }

    @Test func `a download can be named, and pages do not run`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("pages", ["public": true])
            _ = try await harness.upload(
                "pages/p.html", "<b>", as: harness.serviceKey, type: "text/html; charset=utf-8")
            for (query, disposition) in [
                ("", nil), ("?download", "attachment;"), ("?download=", "attachment;"),
                (
                    "?download=n%C3%A4me%22.html",
                    "attachment; filename=n%C3%A4me%22.html; filename*=UTF-8''n%C3%A4me%22.html"
                ),
            ] as [(String, String?)] {
                let answer = try await harness.send(.get, "/object/public/pages/p.html\(query)", as: nil)
                #expect(answer.status == 200)
                #expect(answer.header("content-disposition") == disposition)
                #expect(answer.header("content-type") == "text/plain")
            }
        }
    }

    @Test func `a row without bytes is told apart, and not cached`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files", ["public": true])
            _ = try await harness.upload("files/r", "x", as: harness.serviceKey)
            try await harness.owner.run("update storage.objects set version = gen_random_uuid()::text")
            let answer = try await harness.send(.get, "/object/public/files/r", as: nil)
            #expect(
                answer.text
                    == #"{"statusCode":"404","error":"Not found","message":"The resource was not found","code":"NoSuchKey"}"#
            )
            #expect(answer.header("cache-control") == "no-store")
            try await harness.owner.run("update storage.objects set version = null")
            #expect(try await harness.send(.head, "/object/public/files/r", as: nil).status == 400)
        }
    }

    @Test func `a body that nobody takes closes its file`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files")
            _ = try await harness.upload("files/r", Self.content, as: harness.serviceKey)
            func openFiles() throws -> Int {
                try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
                    let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
                    return target?.hasPrefix(harness.root) == true
                }
            }
            for _ in 0..<20 {
                _ = try await harness.respond(
                    .get, "/object/files/r", as: harness.serviceKey, body: RequestBody(buffer: ByteBuffer()))
            }
            // The files are closed by tasks of their own.
            for _ in 0..<10_000 where try openFiles() > 0 { await Task.yield() }
            #expect(try openFiles() == 0)
        }
    }
}
