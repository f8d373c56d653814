import Core
import Gateway
import TestSupport
import Testing

@testable import Auth

@Suite struct `Values in requests` {
    @Test(arguments: [
        "a@b.co", "A.B+c@Example.ORG", "o'neill@example.org", "x@localhost", "1@2.3", "a!#$%&'*+/=?^_`{|}~-@x-y.z",
    ])
    func `are addresses when HTML says so`(text: String) throws {
        #expect(try EmailAddress(text).text == text.lowercased())
    }

    @Test(arguments: [
        "", "a", "@b", "a@", "a@@b", "a@b@c", "a b@c", "a@b c", "a@-b", "a@b-", "a@b..c", "a@.b", "a@b.", "a@b_c",
        "\"a\"@b", "a@[127.0.0.1]", "ä@b.co", "a@bücher.de", "a@b\n", "a\u{0}@b",
        "a@" + String(repeating: "b", count: 64), String(repeating: "a", count: 255) + "@b",
    ])
    func `are no addresses otherwise`(text: String) {
        #expect(throws: AuthError.self) { try EmailAddress(text) }
    }

    @Test(arguments: [
        ("24h", 86_400_000), ("1h30m", 5_400_000), ("1.5s", 1500), ("100ms", 100), ("0", 0), ("5s", 5000),
        ("87600h", 315_360_000_000),
    ])
    func `are durations as Go writes them`(text: String, milliseconds: Int64) {
        #expect(GoDuration.parse(text) == .milliseconds(milliseconds))
    }

    @Test(arguments: ["", "h", "1", "1d", "-1h", "+1h", "1.h.", ".", "1..5s", "1h ", "١h", "9999999h", "none", "1e3s"])
    func `are no durations otherwise`(text: String) {
        #expect(GoDuration.parse(text) == nil)
    }

    @Test(arguments: [
        ("0F8FAD5B-D9CB-469F-A165-70867728950E", true), ("0f8fad5b-d9cb-469f-a165-70867728950e", true),
        ("0f8fad5bd9cb469fa16570867728950e", false), ("0f8fad5b-d9cb-469f-a165-70867728950g", false), ("", false),
        ("{0f8fad5b-d9cb-469f-a165-70867728950}", false), ("0f8fad5b-d9cb-469f-a165-7086772895é", false),
    ])
    func `are UUIDs or not`(text: String, isOne: Bool) {
        #expect(UUIDText.canonical(text) == (isOne ? text.lowercased() : nil))
    }

    @Test(arguments: ["+491701234567", "49 170 1234567", "12", "123456789012345"])
    func `are telephone numbers`(text: String) throws {
        #expect(try PhoneNumber(text).digits == text.filter { $0 != "+" && $0 != " " })
    }

    @Test(arguments: ["", "+", "0123", "1", "1234567890123456", "12a", "++12", "12\n", "1-2"])
    func `are no telephone numbers`(text: String) {
        #expect(throws: AuthError.self) { try PhoneNumber(text) }
    }

    static let challenge = String(repeating: "a", count: 43)

    static let challenges: [(JSONObject, CodeChallenge.Method?)] = [
        (["code_challenge": .string(challenge), "code_challenge_method": "S256"], .s256),
        (["code_challenge": .string(challenge), "code_challenge_method": "plain"], .plain),
        (["code_challenge": nil, "code_challenge_method": nil], nil), ([:], nil),
    ]

    @Test(arguments: challenges)
    func `are code challenges`(body: JSONObject, method: CodeChallenge.Method?) throws {
        #expect(try CodeChallenge.read(Fields(body))?.method == method)
    }

    static let noChallenges: [JSONObject] = [
        ["code_challenge": .string(challenge)], ["code_challenge_method": "s256"],
        ["code_challenge": .string(challenge), "code_challenge_method": "md5"],
        ["code_challenge": .string(String(challenge.dropLast())), "code_challenge_method": "s256"],
        ["code_challenge": .string(challenge + "="), "code_challenge_method": "s256"],
        ["code_challenge": 1, "code_challenge_method": "s256"],
    ]

    @Test(arguments: noChallenges)
    func `are no code challenges otherwise`(body: JSONObject) {
        #expect(throws: AuthError.self) { try CodeChallenge.read(Fields(body)) }
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func `never crash their readers`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let letters = Array("ab19.@-+h ms\u{0}é%é/\"'\\")
        let text = String(
            (0..<Int.random(in: 0...40, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" })
        // Only that they return matters here; what they accept is in the tables above.
        _ = try? EmailAddress(text)
        _ = try? PhoneNumber(text)
        _ = GoDuration.parse(text)
        if let id = UUIDText.canonical(text) { #expect(id.utf8.count == 36) }
        if EmailAddress.isValid(text) { #expect(text.filter { $0 == "@" }.count == 1) }
    }

    @Test func `the pages of users know the next and the last`() throws {
        var page = try UserPage(Query("page=2&per_page=10&filter=&sort=created_at%20asc"))
        #expect(page.isAscending && page.filter == nil)
        #expect(
            page.link(total: 35)
                == "</admin/users?page=3&per_page=10>; rel=\"next\", </admin/users?page=4&per_page=10>; rel=\"last\"")
        page.number = 4
        #expect(page.link(total: 35) == "</admin/users?page=4&per_page=10>; rel=\"last\"")
        #expect(page.link(total: 0) == "</admin/users?page=1&per_page=10>; rel=\"last\"")
        for bad in ["page=-1", "page=x", "per_page=1.5", "page=9999999999", "sort=email", "sort=created_at%20up"] {
            #expect(throws: AuthError.self) { try UserPage(Query(bad)) }
        }
    }
}
