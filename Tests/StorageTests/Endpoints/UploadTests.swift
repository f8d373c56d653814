import Core
import Cryptography
import HTTPTypes
import HummingbirdCore
import NIOCore
import Postgres
import Storage
import TestSupport
import Testing

@Suite struct `Uploads` {
    @Test func `raw bytes go there and back`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files")
            let alice = try harness.token(of: StorageHarness.alice)
            try await harness.ownFolderPolicy("files")
            let key = "\(StorageHarness.alice)/data.bin"
            var generator = SeededGenerator(seed: 7)
            let content = (0..<700_000).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let up = try await harness.send(
                .post, "/object/files/\(key)", as: alice,
                headers: [
                    "content-type": "application/x-custom", "cache-control": "max-age=60",
                    "x-metadata": Base64.encode(Array(#"{"patient":"none"}"#.utf8)),
                ], bytes: content)
            #expect(up["Key"] == .string("files/\(key)"))
            #expect(up.json.object?.members.map(\.key) == ["Id", "Key"])
            let down = try await harness.send(.get, "/object/authenticated/files/\(key)", as: alice)
            #expect(down.bytes == content)
            let md5 = Hex.encode(Digest.hash(.md5, of: content))
            #expect(down.header("etag") == "\"\(md5)\"")
            #expect(down.header("content-type") == "application/x-custom")
            #expect(down.header("cache-control") == "max-age=60")
            #expect(down.header("content-length") == "700000")
            #expect(down.header("accept-ranges") == "bytes")
            #expect(down.header("x-robots-tag") == "none")
            let info = try await harness.send(.get, "/object/info/files/\(key)", as: alice)
            #expect(info["metadata"] == ["patient": "none"])
            #expect(info["size"] == 700_000)
            #expect(info["etag"] == .string("\"\(md5)\""))
            let row = try await harness.owner.run(
                "select owner::text, owner_id, metadata ->> 'httpStatusCode', path_tokens[2] from storage.objects")
            #expect(row.first?.optionalText(0) == StorageHarness.alice)
            #expect(row.first?.optionalText(1) == StorageHarness.alice)
            #expect(row.first?.optionalText(2) == "200")
            #expect(row.first?.optionalText(3) == "data.bin")
        }
    }

    @Test func `a form's fields count when they come before the file`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files")
            var form = MultipartForm()
            form.field("cacheControl", "3600")
            form.field("metadata", #"{"a":1}"#)
            form.file(type: "image/png", "PNG bytes")
            form.field("contentType", "too/late")
            let up = try await harness.send(
                .post, "/object/files/a b.png", as: harness.serviceKey,
                headers: ["content-type": MultipartForm.contentType], bytes: form.bytes)
            #expect(up["Key"] == "files/a b.png", "\(up.text)")
            let down = try await harness.send(.get, "/object/files/a%20b.png", as: harness.serviceKey)
            #expect(down.text == "PNG bytes")
            #expect(down.header("content-type") == "image/png")
            #expect(down.header("cache-control") == "max-age=3600")
            let info = try await harness.send(.get, "/object/info/files/a%20b.png", as: harness.serviceKey)
            #expect(info["metadata"] == ["a": 1])
        }
    }

    @Test func `forms without a file, cut short or too large leave nothing`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files", ["file_size_limit": 10])
            let headers = ["content-type": MultipartForm.contentType]
            var empty = MultipartForm()
            empty.field("cacheControl", "1")
            var large = MultipartForm()
            large.file("eleven byte")
            var cut = MultipartForm()
            cut.file("short")
            var double = MultipartForm()
            double.file("one")
            double.file("two")
            for (bytes, outcome) in [
                (empty.bytes, "400 400 InvalidRequest"), (large.bytes, "400 413 EntityTooLarge"),
                (Array(cut.bytes.dropLast(12)), "400 400 InvalidRequest"),
                (Array("no form".utf8), "400 400 InvalidRequest"),
                (double.bytes, "400 400 InvalidRequest"),
            ] {
                let answer = try await harness.send(
                    .post, "/object/files/x", as: harness.serviceKey, headers: headers, bytes: bytes)
                #expect(answer.outcome == outcome, "\(answer.text)")
            }
            #expect(try await harness.count("select count(*) from storage.objects") == 0)
            #expect(try harness.storedFiles() == 0)
        }
    }

    @Test func `a second upload needs upsert, keeps the id and gives the old bytes up`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files")
            let service = harness.serviceKey
            let first = try await harness.upload("files/a.txt", "first", as: service)
            let second = try await harness.upload("files/a.txt", "second", as: service)
            #expect(
                second.text
                    == #"{"statusCode":"409","error":"Duplicate","message":"The resource already exists","code":"KeyAlreadyExists"}"#
            )
            #expect(try await harness.send(.get, "/object/files/a.txt", as: service).text == "first")
            let third = try await harness.upload("files/a.txt", "third", as: service, upsert: true)
            #expect(third["Id"] == first["Id"])
            #expect(try await harness.send(.get, "/object/files/a.txt", as: service).text == "third")
            #expect(try await harness.storedVersions() == 2)
            while try await harness.maintenance.removeQueued() > 0 {}
            #expect(try await harness.storedVersions() == 1)
            #expect(try await harness.send(.get, "/object/files/a.txt", as: service).text == "third")
        }
    }

    @Test func `racing first uploads have one winner, whose bytes are the ones served`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files")
            let answers = try await withThrowingTaskGroup(of: (Int, Answer).self) { group in
                for racer in 0..<6 {
                    group.addTask {
                        (racer, try await harness.upload("files/race.txt", "racer \(racer)", as: harness.serviceKey))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let winners = answers.filter { $0.1.status == 200 }
            try #require(winners.count == 1)
            #expect(answers.allSatisfy { ["200", "400 409 KeyAlreadyExists"].contains($0.1.outcome) })
            let served = try await harness.send(.get, "/object/files/race.txt", as: harness.serviceKey)
            #expect(served.text == "racer \(winners[0].0)")
            #expect(try await harness.storedVersions() == 1)
        }
    }

    @Test func `racing upserts all succeed and leave one whole object`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files")
            try await withThrowingTaskGroup(of: String.self) { group in
                for racer in 0..<6 {
                    let content = String(repeating: "\(racer)", count: 50_000)
                    group.addTask {
                        try await harness.upload("files/race.txt", content, as: harness.serviceKey, upsert: true)
                            .outcome
                    }
                }
                for try await outcome in group { #expect(outcome == "200") }
            }
            let served = try await harness.send(.get, "/object/files/race.txt", as: harness.serviceKey).text
            #expect(Set(served).count == 1 && served.count == 50_000)
            while try await harness.maintenance.removeQueued() > 0 {}
            #expect(try await harness.storedVersions() == 1)
        }
    }

    @Test func `an upload that breaks off leaves no row and no bytes`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files")
            struct Gone: Error {}
            for type in ["text/plain", MultipartForm.contentType] {
                let (body, source) = RequestBody.makeStream()
                let upload = Task {
                    try await harness.send(
                        .post, "/object/files/cut.bin", as: harness.serviceKey,
                        headers: ["content-type": type, "x-upsert": "true"], body: body)
                }
                var form = MultipartForm()
                form.file(String(repeating: "x", count: 400_000))
                await source.yield(ByteBuffer(string: form.text))
                source.finish(Gone())
                #expect(try await upload.value.outcome == "499 499 Aborted")
            }
            #expect(try await harness.count("select count(*) from storage.objects") == 0)
            #expect(try await harness.count("select count(*) from medmitra.object_deletions") == 0)
            #expect(try harness.storedFiles() == 0)
        }
    }

    @Test func `an upload whose task is cancelled leaves no row and no bytes`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files")
            let (body, source) = RequestBody.makeStream()
            let upload = Task {
                try await harness.send(
                    .post, "/object/files/cut.bin", as: harness.serviceKey, headers: ["content-type": "text/plain"],
                    body: body)
            }
            await source.yield(ByteBuffer(repeating: 1, count: 300_000))
            upload.cancel()
            source.finish()
            #expect(try await upload.value.status != 200)
            #expect(try await harness.count("select count(*) from storage.objects") == 0)
            #expect(try harness.storedFiles() == 0)
        }
    }

    @Test func `a bucket's limits hold`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket(
                "files", ["file_size_limit": 10, "allowed_mime_types": ["text/plain", "image/*"]])
            for (type, content, outcome) in [
                ("text/plain", "01234567890", "400 413 EntityTooLarge"),
                ("text/plain;charset=utf-8", "x", "400 415 InvalidMimeType"),
                ("video/mp4", "x", "400 415 InvalidMimeType"), ("nonsense", "x", "400 415 InvalidMimeType"),
            ] {
                let answer = try await harness.upload("files/x", content, as: harness.serviceKey, type: type)
                #expect(answer.outcome == outcome, "\(answer.text)")
                #expect(try harness.storedFiles() == 0)
            }
            for (type, content) in [("text/plain", "0123456789"), ("image/png", "x")] {
                let answer = try await harness.upload(
                    "files/x", content, as: harness.serviceKey, type: type, upsert: true)
                #expect(answer.status == 200, "\(answer.text)")
            }
        }
    }

    @Test func `a body that grows beyond the limit unannounced is cut`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files", ["file_size_limit": 10])
            let answer = try await harness.send(
                .post, "/object/files/x", as: harness.serviceKey, headers: ["content-type": "text/plain"],
                body: RequestBody(buffer: ByteBuffer(repeating: 1, count: 11)))
            #expect(answer.outcome == "400 413 EntityTooLarge")
            #expect(try harness.storedFiles() == 0)
        }
    }

    @Test func `a folder mark is of any type, but empty`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files", ["allowed_mime_types": ["image/png"]])
            let mark = try await harness.upload("files/new/.emptyFolderPlaceholder", "", as: harness.serviceKey)
            #expect(mark.status == 200)
            let full = try await harness.upload("files/other/.emptyFolderPlaceholder", "x", as: harness.serviceKey)
            #expect(full.outcome == "400 413 EntityTooLarge")
        }
    }

    @Test func `hostile keys are refused before anything else`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files")
            for key in [
                "..%2Fup.txt", "a/..%2F..%2Fb.txt", "na%C3%AFve.txt", "a%5Cb.txt", "tab%09.txt", "hash%23x.txt",
                "a%5Bb%5D.txt", "%E2%80%AEexe.txt", "a%0Ab", String(repeating: "k", count: 1025),
            ] {
                let answer = try await harness.upload("files/\(key)", "x", as: harness.serviceKey)
                #expect(answer.outcome == "400 400 InvalidKey", "\(answer.text)")
            }
            #expect(try harness.storedFiles() == 0)
        }
    }

    @Test func `policies see the operation, the claims and realistic values`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files")
            try await harness.policy(
                "picky",
                """
                for insert to authenticated with check (
                    bucket_id = 'files' and storage.allow_only_operation('object.upload')
                    and owner_id = auth.uid()::text and metadata ->> 'mimetype' = 'text/plain'
                    and (metadata ->> 'contentLength')::int = 3 and user_metadata ->> 'kind' = 'note'
                    and current_setting('request.method') = 'POST'
                    and current_setting('request.jwt.claim.role') = 'authenticated'
                    and current_setting('request.headers')::json ->> 'authorization' is null)
                """)
            let alice = try harness.token(of: StorageHarness.alice)
            let metadata = Base64.encode(Array(#"{"kind":"note"}"#.utf8))
            let headers = ["content-type": "text/plain", "x-metadata": metadata]
            let fits = try await harness.send(.post, "/object/files/a", as: alice, headers: headers, bytes: [1, 2, 3])
            #expect(fits.status == 200, "\(fits.text)")
            let longer = try await harness.send(
                .post, "/object/files/b", as: alice, headers: headers, bytes: [1, 2, 3, 4])
            #expect(longer.outcome == "400 403 AccessDenied")
        }
    }
}
