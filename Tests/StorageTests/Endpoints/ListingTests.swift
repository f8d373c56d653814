import Core
import HTTPTypes
import Postgres
import Testing

@Suite struct `Listings` {
    static let keys = [
        "b.txt", "a.txt", "sub/c.txt", "sub/deep/d.txt", "sub/deep/e.txt", "Sub2/x.txt", "a_b.txt", "aXb.txt",
        "z/only.txt",
    ]

    private static func prepare(_ harness: StorageHarness) async throws {
        try await harness.bucket("files")
        for key in keys { _ = try await harness.upload("files/\(key)", key, as: harness.serviceKey) }
    }

    private static func names(_ harness: StorageHarness, _ body: JSON) async throws -> [String] {
        try await harness.send(.post, "/object/list/files", as: harness.serviceKey, json: body).json.array?.compactMap {
            $0["name"]?.string
        } ?? []
    }

    @Test func `a folder shows its files and folders once, by name`() async throws {
        try await StorageHarness.run { harness in
            try await Self.prepare(harness)
            for (body, names) in [
                (["prefix": ""], ["a.txt", "a_b.txt", "aXb.txt", "b.txt", "sub", "Sub2", "z"]),
                (["prefix": "sub"], ["c.txt", "deep"]), (["prefix": "sub/"], ["c.txt", "deep"]),
                (["prefix": "SUB"], ["c.txt", "deep"]), (["prefix": "sub/deep"], ["d.txt", "e.txt"]),
                (["prefix": "nowhere"], []), (["prefix": "", "search": "A_"], ["a_b.txt"]),
                (["prefix": "", "search": "%"], []),
                (["prefix": "", "limit": "2", "offset": 1], ["a_b.txt", "aXb.txt"]),
                (["prefix": "", "sortBy": ["column": "name", "order": "desc"], "limit": 2], ["z", "Sub2"]),
            ] as [(JSON, [String])] {
                #expect(try await Self.names(harness, body) == names, "\(body)")
            }
            let root = try await harness.send(
                .post, "/object/list/files", as: harness.serviceKey, json: ["prefix": ""])
            let folder = try #require(root.json.array?.first { $0["name"] == "sub" }?.object)
            #expect(folder.members.filter { !$0.value.isNull }.map(\.key) == ["name"])
            let file = try #require(root.json.array?.first)
            #expect(file["metadata"]?["size"] == 5)
            #expect(file["created_at"]?.string?.hasSuffix("Z") == true)
            let missing = try await harness.send(
                .post, "/object/list/none", as: harness.serviceKey, json: ["prefix": ""])
            #expect(missing.text == "[]")
        }
    }

    @Test(arguments: ["name", "created_at", "updated_at"], [true, false])
    func `pages of list-v2 neither repeat nor skip`(column: String, isFolded: Bool) async throws {
        try await StorageHarness.run { harness in
            try await Self.prepare(harness)
            // The same time for all, so that only names tell entries apart.
            try await harness.owner.run("alter table storage.objects disable trigger update_objects_updated_at")
            try await harness.owner.run(
                "update storage.objects set created_at = now(), updated_at = now() where name < 'c'")
            for order in ["asc", "desc"] {
                var found: [String] = []
                var cursor: JSON?
                repeat {
                    var body: JSONObject = [
                        "prefix": "", "limit": 2, "with_delimiter": .bool(isFolded),
                        "sortBy": ["column": .string(column), "order": .string(order)],
                    ]
                    body["cursor"] = cursor
                    let page = try await harness.send(
                        .post, "/object/list-v2/files", as: harness.serviceKey, json: .object(body))
                    try #require(page.status == 200, "\(page.text)")
                    let entries = (page["folders"]?.array ?? []) + (page["objects"]?.array ?? [])
                    #expect(entries.count == 2 || page["hasNext"] == false)
                    found += entries.compactMap { $0["name"]?.string }
                    cursor = page["nextCursor"]
                    #expect((cursor != nil) == (page["hasNext"] == true))
                } while cursor != nil
                let expected =
                    isFolded ? ["Sub2/", "aXb.txt", "a.txt", "a_b.txt", "b.txt", "sub/", "z/"] : Self.keys
                #expect(found.sorted() == expected.sorted(), "\(order)")
            }
        }
    }

    @Test func `list-v2 takes a plain beginning in its case, in byte order`() async throws {
        try await StorageHarness.run { harness in
            try await Self.prepare(harness)
            func page(_ body: JSON) async throws -> JSON {
                try await harness.send(.post, "/object/list-v2/files", as: harness.serviceKey, json: body).json
            }
            let flat = try await page(["prefix": "s"])
            #expect(flat["objects"]?.array?.map { $0["name"] } == ["sub/c.txt", "sub/deep/d.txt", "sub/deep/e.txt"])
            #expect(flat["folders"] == [])
            let all = try await page([:])
            #expect(all["objects"]?.array?.first?["name"] == "Sub2/x.txt")
            let folded = try await page(["prefix": "sub/", "with_delimiter": true])
            #expect(folded["folders"]?.array?.first?["name"] == "sub/deep/")
            #expect(folded["folders"]?.array?.first?["key"] == "deep")
            #expect(folded["objects"]?.array?.first?["name"] == "sub/c.txt")
            #expect(folded["objects"]?.array?.first?["key"] == "c.txt")
            for cursor in ["%%%", "bm9uc2Vuc2U=", "eyJrIjoxfQ=="] {
                let refused = try await harness.send(
                    .post, "/object/list-v2/files", as: harness.serviceKey, json: ["cursor": .string(cursor)])
                #expect(refused.outcome == "400 400 InvalidParameter")
            }
        }
    }

    @Test func `users see their own objects only`() async throws {
        try await StorageHarness.run { harness in
            try await harness.bucket("files")
            try await harness.ownFolderPolicy("files")
            let users = [StorageHarness.alice, StorageHarness.bob]
            for user in users {
                _ = try await harness.upload("files/\(user)/mine.txt", user, as: harness.token(of: user))
            }
            for (user, other) in [(users[0], users[1]), (users[1], users[0])] {
                let token = try harness.token(of: user)
                let listed = try await harness.send(.post, "/object/list/files", as: token, json: ["prefix": ""])
                #expect(listed.json.array?.map { $0["name"] } == [.string(user)])
                let paged = try await harness.send(.post, "/object/list-v2/files", as: token, json: ["prefix": ""])
                #expect(paged["objects"]?.array?.count == 1)
                let own = try await harness.send(.get, "/object/files/\(user)/mine.txt", as: token)
                #expect(own.text == user)
                let foreign = try await harness.send(.get, "/object/files/\(other)/mine.txt", as: token)
                #expect(foreign.outcome == "400 404 NoSuchKey")
                let taken = try await harness.upload("files/\(other)/mine.txt", "x", as: token, upsert: true)
                #expect(taken.outcome == "400 403 AccessDenied")
            }
        }
    }
}
