import Core
import HTTPTypes
import Postgres
import Testing
import Tokens

@Suite struct `Signed URLs` {
    @Test func `one reads one object without credentials, until it ends`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files")
            _ = try await harness.upload("files/a b/c.txt", "signed", as: harness.serviceKey)
            let signed = try await harness.send(
                .post, "/object/sign/files/a%20b/c.txt", as: harness.serviceKey, json: ["expiresIn": "60"])
            let url = try #require(signed["signedURL"]?.string)
            #expect(url.hasPrefix("/object/sign/files/a b/c.txt?token="))
            let token = try #require(url.split(separator: "=").last)
            let path = "/object/sign/files/a%20b/c.txt?token=\(token)"
            let read = try await harness.send(.get, path + "&download=x.txt&cacheNonce=1", as: nil)
            #expect(read.text == "signed")
            #expect(read.header("expires") != nil)
            #expect(read.header("cache-control") == nil)
            #expect(read.header("content-disposition")?.hasPrefix("attachment; filename=x.txt") == true)
            let other = try await harness.send(.get, "/object/sign/files/other?token=\(token)", as: nil)
            #expect(other.outcome == "400 400 InvalidSignature")
            #expect(other["message"] == "Invalid signature")
            harness.clock.advance(by: .seconds(60))
            let late = try await harness.send(.get, path, as: nil)
            #expect(late.outcome == "400 400 InvalidJWT")
            #expect(late["message"] == "\"exp\" claim timestamp check failed")
        }
    }

    @Test func `tokens of another kind open nothing`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files")
            _ = try await harness.upload("files/a", "secret", as: harness.serviceKey)
            let ends: (String, JSON) = ("exp", .int(harness.clock.now().seconds + 60))
            for (claims, outcome) in [
                ([("url", "files/a"), ("scope", "download"), ends], "200"),
                // Older servers wrote no scope.
                ([("url", "files/a"), ends], "200"),
                ([("url", "files/a"), ("upsert", false), ends], "400 400 InvalidSignature"),
                ([("url", "files/a"), ("scope", "upload"), ends], "400 400 InvalidSignature"),
                ([("url", "files/a"), ("scope", .null), ends], "400 400 InvalidSignature"),
                ([("url", "files/b"), ends], "400 400 InvalidSignature"),
                ([("url", "files/a")], "400 400 InvalidSignature"),
                (
                    [("sub", .string(StorageHarness.alice)), ("role", "authenticated"), ends],
                    "400 400 InvalidSignature"
                ),
            ] as [([(String, JSON)], String)] {
                let token = try harness.issuer.sign(claims: JSONObject(claims))
                let answer = try await harness.send(.get, "/object/sign/files/a?token=\(token)", as: nil)
                #expect(answer.outcome == outcome, "\(JSON.object(JSONObject(claims)))")
            }
            for token in ["", "garbage", "a.b.c"] {
                let answer = try await harness.send(.get, "/object/sign/files/a?token=\(token)", as: nil)
                #expect(answer.outcome == "400 400 InvalidJWT")
            }
            #expect(try await harness.send(.get, "/object/sign/files/a", as: nil).outcome == "400 400 InvalidRequest")
        }
    }

    @Test func `a batch says for each path what it may`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files")
            try await harness.ownFolderPolicy("files")
            let own = "\(StorageHarness.alice)/a"
            for key in [own, "elsewhere"] { _ = try await harness.upload("files/\(key)", "x", as: harness.serviceKey) }
            let answer = try await harness.send(
                .post, "/object/sign/files", as: harness.token(of: StorageHarness.alice),
                json: ["expiresIn": 60, "paths": .array([.string(own), "elsewhere", "missing"])])
            let items = try #require(answer.json.array)
            #expect(items.map { $0["path"] } == [.string(own), "elsewhere", "missing"])
            #expect(items[0]["signedURL"]?.string?.hasPrefix("/object/sign/files/\(own)?token=") == true)
            #expect(items[0]["error"] == .null)
            for item in items.dropFirst() {
                #expect(item["signedURL"] == .null)
                #expect(item["error"] == "Either the object does not exist or you do not have access to it")
            }
        }
    }

    @Test(arguments: [
        "{}", #"{"expiresIn":0}"#, #"{"expiresIn":"soon"}"#, #"{"expiresIn":1.5}"#, #"{"expiresIn":9e12}"#,
    ])
    func `a life that is none is refused`(body: String) async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files")
            _ = try await harness.upload("files/a", "x", as: harness.serviceKey)
            let answer = try await harness.send(
                .post, "/object/sign/files/a", as: harness.serviceKey, headers: ["content-type": "application/json"],
                bytes: Array(body.utf8))
            #expect(answer.outcome == "400 400 InvalidRequest")
            #expect(answer["error"] == "Error")
        }
    }

    @Test func `a signed upload writes once, as the signer`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files")
            try await harness.ownFolderPolicy("files")
            let key = "\(StorageHarness.alice)/signed.txt"
            let signed = try await harness.send(
                .post, "/object/upload/sign/files/\(key)", as: harness.token(of: StorageHarness.alice))
            let url = try #require(signed["url"]?.string)
            #expect(signed["token"]?.string.map { url.hasSuffix("?token=\($0)") } == true)
            func put(_ text: String) async throws -> Answer {
                // The header's upsert does not count; the token's does.
                try await harness.send(
                    .put, url, as: nil, headers: ["content-type": "text/plain", "x-upsert": "true"],
                    bytes: Array(text.utf8))
            }
            #expect(try await put("once").json == ["Key": .string("files/\(key)")])
            #expect(try await put("twice").outcome == "400 409 KeyAlreadyExists")
            let read = try await harness.send(.get, "/object/files/\(key)", as: harness.token(of: StorageHarness.alice))
            #expect(read.text == "once")
            let owner = try await harness.owner.run("select owner_id from storage.objects")
            #expect(owner.first?.optionalText(0) == StorageHarness.alice)
            let asDownload = try await harness.send(
                .get, "/object/sign/files/\(key)?token=\(signed["token"]?.string ?? "")", as: nil)
            #expect(asDownload["message"] == "Token is not scoped for download")
        }
    }
}
