import Core
import HTTPTypes
import Storage
import Testing

@Suite struct `Bucket endpoints` {
    @Test func `a bucket is made, read, listed, changed and removed`() async throws {
        try await StorageHarness.run { harness in
            let service = harness.serviceKey
            let made = try await harness.send(
                .post, "/bucket", as: service,
                json: [
                    "name": "scans", "public": "true", "file_size_limit": "1.5MB",
                    "allowed_mime_types": ["image/*", ""],
                ])
            #expect(made.json == ["name": "scans"])
            let read = try await harness.send(.get, "/bucket/scans", as: service)
            #expect(
                read.json.object?.members.map(\.key) == [
                    "id", "name", "owner", "public", "file_size_limit", "allowed_mime_types", "created_at",
                    "updated_at",
                ])
            #expect(read["owner"] == "")
            #expect(read["public"] == true)
            #expect(read["file_size_limit"] == 1_500_000)
            #expect(read["allowed_mime_types"] == ["image/*"])
            let changed = try await harness.send(
                .put, "/bucket/scans", as: service,
                json: [
                    "id": "scans", "name": "scans", "public": false, "file_size_limit": .null,
                    "allowed_mime_types": .null,
                ])
            #expect(changed.json == ["message": "Successfully updated"])
            let again = try await harness.send(.get, "/bucket/scans", as: service)
            #expect(again["public"] == false)
            #expect(again["file_size_limit"] == .null)
            #expect(again["allowed_mime_types"] == .null)
            let removed = try await harness.send(.delete, "/bucket/scans", as: service)
            #expect(removed.json == ["message": "Successfully deleted"])
            #expect(try await harness.send(.get, "/bucket/scans", as: service).outcome == "400 404 NoSuchBucket")
        }
    }

    @Test func `a list is filtered, sorted and cut`() async throws {
        try await StorageHarness.run { harness in
            for name in ["b_one", "a_two", "c%three"] where name != "c%three" { try await harness.bucket(name) }
            try await harness.bucket("aXtwo")
            func names(_ query: String) async throws -> [String] {
                try await harness.send(.get, "/bucket\(query)", as: harness.serviceKey).json.array?.compactMap {
                    $0["name"]?.string
                } ?? []
            }
            // labdocs comes with the schema.
            #expect(try await names("?search=_") == ["a_two", "b_one"], "an underscore is no wildcard")
            #expect(try await names("?search=TWO&sortColumn=name&sortOrder=desc") == ["a_two", "aXtwo"])
            #expect(try await names("?limit=1&offset=1&search=two").count == 1)
            #expect(
                try await harness.send(.get, "/bucket?sortColumn=owner", as: harness.serviceKey).outcome
                    == "400 400 InvalidRequest")
        }
    }

    @Test(arguments: [("supabase-py/2.17.0", false), ("supabase-py/2.18.0", true), ("supabase-js/2.50.0", true)])
    func `old Python clients are spared the type`(client: String, hasType: Bool) async throws {
        try await StorageHarness.run { harness in
            let listed = try await harness.send(
                .get, "/bucket", as: harness.serviceKey, headers: ["x-client-info": client])
            #expect((listed.json.array?.first?["type"] != nil) == hasType)
        }
    }

    @Test func `only a caller whom policies let may make one`() async throws {
        try await StorageHarness.run { harness in
            let alice = try harness.token(of: StorageHarness.alice)
            let refused = try await harness.send(.post, "/bucket", as: alice, json: ["name": "mine"])
            #expect(
                refused.text
                    == #"{"statusCode":"403","error":"Unauthorized","message":"new row violates row-level security policy","code":"AccessDenied"}"#
            )
            #expect(try await harness.send(.get, "/bucket", as: alice).json == [])
            #expect(try await harness.send(.get, "/bucket/labdocs", as: alice).outcome == "400 404 NoSuchBucket")
            #expect(try await harness.send(.delete, "/bucket/labdocs", as: alice).outcome == "400 404 NoSuchBucket")
            let emptied = try await harness.send(.post, "/bucket/labdocs/empty", as: alice)
            #expect(emptied.outcome == "403 403 AccessDenied")
        }
    }

    @Test func `a bucket with objects is not removed, and can be emptied`() async throws {
        try await StorageHarness.run { harness in
            let service = harness.serviceKey
            try await harness.bucket("full")
            for key in ["a.txt", "b/c.txt"] { _ = try await harness.upload("full/\(key)", "x", as: service) }
            #expect(try await harness.send(.delete, "/bucket/full", as: service).outcome == "400 409 ResourceNotEmpty")
            #expect(try await harness.send(.post, "/bucket/full/empty", as: service).status == 200)
            while try await harness.maintenance.removeQueued() > 0 {}
            #expect(try await harness.storedVersions() == 0)
            #expect(try await harness.send(.delete, "/bucket/full", as: service).status == 200)
        }
    }

    @Test func `what is no bucket is refused`() async throws {
        try await StorageHarness.run { harness in
            for (body, outcome) in [
                (#"{"name":"a/b"}"#, "400 400 InvalidBucketName"), (#"{"name":" a"}"#, "400 400 InvalidBucketName"),
                (#"{"name":""}"#, "400 400 InvalidBucketName"),
                (#"{"name":"x--table-s3"}"#, "400 400 InvalidBucketName"),
                (#"{"name":"ok","id":"é"}"#, "400 400 InvalidBucketName"), ("{}", "400 400 InvalidRequest"),
                ("[]", "400 400 InvalidRequest"), ("{", "400 400 InvalidRequest"), ("", "400 400 InvalidRequest"),
                (#"{"name":"ok","public":"maybe"}"#, "400 400 InvalidRequest"),
                (#"{"name":"ok","type":"ANALYTICS"}"#, "400 409 FeatureNotEnabled"),
                (#"{"name":"ok","file_size_limit":"51MB"}"#, "200"),
                (#"{"name":"ok","file_size_limit":"53MB"}"#, "400 413 EntityTooLarge"),
                (#"{"name":"ok","file_size_limit":"lots"}"#, "400 400 InvalidParameter"),
                (#"{"name":"ok","file_size_limit":-1}"#, "400 400 InvalidParameter"),
                (#"{"name":"ok","allowed_mime_types":["nonsense"]}"#, "400 415 InvalidMimeType"),
                (#"{"name":"labdocs"}"#, "400 409 BucketAlreadyExists"),
            ] {
                let answer = try await harness.send(
                    .post, "/bucket", as: harness.serviceKey, headers: ["content-type": "application/json"],
                    bytes: Array(body.utf8))
                #expect(answer.outcome == outcome, "\(answer.text)")
            }
        }
    }
}
