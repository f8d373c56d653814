import Auth
import Core
import HTTPTypes
import Postgres
import Testing

/// Access tokens carry metadata, so what is too much for a token is too much to be stored.
@Suite struct `Metadata that is too much for a token` {
    static let large: JSON = ["picture": .string(String(repeating: "x", count: 9000))]
    static let deep: JSON = ["a": (0..<16).reduce(JSON.int(1)) { nested, _ in .array([nested]) }]
    /// Short in a request, long in the database.
    static let powers: JSON = ["a": .array(Array(repeating: .number("1e3000"), count: 4))]

    @Test(arguments: [large, deep, powers])
    func `is refused wherever it can be written`(data: JSON) async throws {
        try await AuthHarness.run {
            $0.areAnonymousUsersEnabled = true
            $0.phone.isEnabled = true
        } _: { auth in
            let user = try await auth.confirmedUser()
            let admin = auth.serviceKey
            let new: JSON = "new@example.org"
            let account = "/admin/users/\(user.userID)"
            let attempts: [(HTTPRequest.Method, String, String, JSON)] = [
                (.put, "/user", user.accessToken, ["data": data]),
                (.post, "/signup", admin, ["email": new, "password": "secret1", "data": data]),
                (.post, "/signup", admin, ["phone": "15550001111", "password": "secret1", "data": data]),
                (.post, "/signup", admin, ["data": data]), (.post, "/otp", admin, ["email": new, "data": data]),
                (.post, "/magiclink", admin, ["email": new, "data": data]),
                (.post, "/invite", admin, ["email": new, "data": data]),
                (
                    .post, "/admin/generate_link", admin,
                    ["type": "signup", "email": new, "password": "secret1", "data": data]
                ),
                (.post, "/admin/users", admin, ["email": new, "user_metadata": data]),
                (.post, "/admin/users", admin, ["email": new, "app_metadata": data]),
                (.put, account, admin, ["user_metadata": data]), (.put, account, admin, ["app_metadata": data]),
            ]
            for (method, path, bearer, body) in attempts {
                let answer = try await auth.send(method, path, body, bearer: bearer)
                #expect(answer.refusal == "400 validation_failed", "\(method) \(path) \(answer.status)")
            }
            #expect(try await auth.value("select count(*) from auth.users") == "1")
        }
    }

    @Test func `is refused when it becomes so bit by bit`() async throws {
        try await AuthHarness.run { auth in
            let user = try await auth.signUp()
            func add(_ key: String, _ count: Int) async throws -> String {
                let data: JSONObject = JSONObject([(key, .string(String(repeating: "x", count: count)))])
                return try await auth.send(.put, "/user", ["data": .object(data)], bearer: user.accessToken).refusal
            }
            #expect(try await add("a", 4000) == "200 -")
            #expect(try await add("b", 4200) == "400 validation_failed")
            let link = try await auth.send(
                .put, "/admin/users/\(user.userID)",
                ["app_metadata": ["c": .string(String(repeating: "x", count: 4200))]], bearer: auth.serviceKey)
            #expect(link.refusal == "400 validation_failed")
            #expect(try await add("a", 10) == "200 -")
            #expect(try await add("b", 4000) == "200 -")
            #expect(try await auth.signIn().claims["user_metadata"]?["a"]?.string?.count == 10)
        }
    }

    @Test(arguments: [
        "{\"deep\": " + String(repeating: "[", count: 40) + String(repeating: "]", count: 40) + "}",
        "{\"picture\": \"" + String(repeating: "x", count: 20_000) + "\"}",
    ])
    func `keeps nobody out who has it already`(data: String) async throws {
        try await AuthHarness.run { auth in
            _ = try await auth.signUp()
            try await auth.owner.run("update auth.users set raw_user_meta_data = \(data)::jsonb")
            let signedIn = try await auth.signIn()
            #expect(signedIn.claims["user_metadata"] == [:])
            #expect(signedIn.claims["app_metadata"]?["provider"] == "email")
            let all = try await auth.send(.get, "/user", bearer: signedIn.accessToken)
            #expect(all.status == 200 && all["user_metadata"]?.object?.isEmpty == false)
            #expect(auth.observer.warnings.contains { $0.contains("user_metadata") })
            let refreshed = try SignedIn(await auth.refresh(signedIn.refreshToken))
            // Other changes go on, and it can be made less.
            for body: JSON in [["password": "another1"], ["data": ["deep": nil, "picture": nil]]] {
                #expect(try await auth.send(.put, "/user", body, bearer: refreshed.accessToken).status == 200)
            }
        }
    }
}
