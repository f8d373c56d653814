import Core
import Cryptography
import HTTPTypes
import Storage
import Testing

@Suite struct `Moves, copies and removals` {
    @Test func `a moved object keeps id, bytes and metadata`() async throws {
        try await StorageHarness.run { harness in
            let service = harness.serviceKey
            for bucket in ["one", "two"] { try await harness.bucket(bucket) }
            let made = try await harness.send(
                .post, "/object/one/a.txt", as: service,
                headers: ["content-type": "text/plain", "x-metadata": Base64.encode(Array(#"{"k":"v"}"#.utf8))],
                bytes: Array("moving".utf8))
            let moved = try await harness.send(
                .post, "/object/move", as: service,
                json: [
                    "bucketId": "one", "sourceKey": "a.txt", "destinationBucket": "two", "destinationKey": "b/c.txt",
                ])
            #expect(moved.json == ["message": "Successfully moved"])
            // The trigger queued the old place; the bytes are still named by the new one.
            while try await harness.maintenance.removeQueued() > 0 {}
            #expect(try await harness.send(.get, "/object/two/b/c.txt", as: service).text == "moving")
            let info = try await harness.send(.get, "/object/info/two/b/c.txt", as: service)
            #expect(info["id"] == made["Id"])
            #expect(info["metadata"] == ["k": "v"])
            #expect(try await harness.send(.get, "/object/one/a.txt", as: service).outcome == "400 404 NoSuchKey")
        }
    }

    @Test func `moves and copies onto something, of nothing and in place`() async throws {
        try await StorageHarness.run { harness in
            let service = harness.serviceKey
            try await harness.bucket("one")
            for key in ["a", "b"] { _ = try await harness.upload("one/\(key)", key, as: service) }
            func go(_ verb: String, _ source: String, _ target: String, _ bucket: JSON = .null) async throws -> String {
                var body: JSONObject = [
                    "bucketId": "one", "sourceKey": .string(source), "destinationKey": .string(target),
                ]
                body["destinationBucket"] = bucket == .null ? nil : bucket
                return try await harness.send(.post, "/object/\(verb)", as: service, json: .object(body)).outcome
            }
            for (verb, source, target, bucket, outcome) in [
                ("move", "a", "b", .null, "400 409 KeyAlreadyExists"),
                ("copy", "a", "b", .null, "400 409 KeyAlreadyExists"),
                ("move", "none", "c", .null, "400 404 NoSuchKey"), ("copy", "none", "c", .null, "400 404 NoSuchKey"),
                ("move", "a", "a", .null, "200"), ("copy", "a", "a", .null, "400 409 KeyAlreadyExists"),
                ("move", "a", "../a", .null, "400 400 InvalidKey"), ("copy", "a", "é", .null, "400 400 InvalidKey"),
                ("move", "a", "c", "none", "400 404 NoSuchBucket"), ("copy", "a", "c", "none", "400 404 NoSuchBucket"),
                ("copy", "a", "c", .null, "200"),
            ] as [(String, String, String, JSON, String)] {
                #expect(try await go(verb, source, target, bucket) == outcome, "\(verb) \(source) \(target)")
            }
            while try await harness.maintenance.removeQueued() > 0 {}
            for (key, text) in [("a", "a"), ("b", "b"), ("c", "a")] {
                #expect(try await harness.send(.get, "/object/one/\(key)", as: service).text == text)
            }
        }
    }

    @Test func `a copy answers with the new row and can replace metadata`() async throws {
        try await StorageHarness.run { harness in
            let service = harness.serviceKey
            try await harness.bucket("one")
            _ = try await harness.upload("one/a", "text", as: service)
            let body: JSON = [
                "bucketId": "one", "sourceKey": "a", "destinationKey": "a", "copyMetadata": false,
                "metadata": ["cacheControl": "max-age=9", "mimetype": "text/markdown"],
            ]
            let copied = try await harness.send(
                .post, "/object/copy", as: service, headers: ["x-upsert": "true", "content-type": "application/json"],
                bytes: body.bytes)
            #expect(copied["Key"] == "one/a", "\(copied.text)")
            #expect(copied["Id"] == copied["id"])
            #expect(copied["name"] == "a")
            while try await harness.maintenance.removeQueued() > 0 {}
            let read = try await harness.send(.get, "/object/one/a", as: service)
            #expect(read.text == "text")
            #expect(read.header("cache-control") == "max-age=9")
            #expect(read.header("content-type") == "text/markdown")
            #expect(try await harness.storedVersions() == 1)
        }
    }

    @Test func `a removal answers with the rows and gives the bytes up`() async throws {
        try await StorageHarness.run { harness in
            let service = harness.serviceKey
            try await harness.bucket("one")
            for key in ["x", "y", "z"] { _ = try await harness.upload("one/\(key)", key, as: service) }
            let removed = try await harness.send(
                .delete, "/object/one", as: service, json: ["prefixes": ["y", "missing", "x"]])
            #expect(removed.json.array?.map { $0["name"] } == ["x", "y"])
            #expect(removed.json.array?.first?["bucket_id"] == "one")
            let single = try await harness.send(.delete, "/object/one/z", as: service)
            #expect(single.json == ["message": "Successfully deleted"])
            #expect(try await harness.send(.delete, "/object/one/z", as: service).outcome == "400 404 NoSuchKey")
            #expect(
                try await harness.send(.delete, "/object/none", as: service, json: ["prefixes": ["x"]]).text == "[]")
            for body in [["prefixes": []], [:], ["prefixes": "x"]] as [JSON] {
                let refused = try await harness.send(.delete, "/object/one", as: service, json: body)
                #expect(refused.outcome == "400 400 InvalidRequest")
            }
            while try await harness.maintenance.removeQueued() > 0 {}
            #expect(try await harness.storedVersions() == 0)
        }
    }
}
