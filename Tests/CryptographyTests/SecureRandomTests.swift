import Cryptography
import Testing

@Suite struct SecureRandomTests {
    @Test func `as many bytes come as were asked for, and others each time`() {
        #expect(SecureRandom.bytes(0).isEmpty)
        #expect(SecureRandom.bytes(33).count == 33)
        #expect(SecureRandom.bytes(16) != SecureRandom.bytes(16))
    }

    @Test func `identifiers are UUIDs of version 4 and never the same`() throws {
        let form = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
        var seen = Set<String>()
        for _ in 0..<1000 {
            let uuid = SecureRandom.uuid()
            #expect(try form.wholeMatch(in: uuid) != nil)
            seen.insert(uuid)
        }
        #expect(seen.count == 1000)
    }

    @Test func `integers stay below their bound and reach all values`() {
        #expect(SecureRandom.integer(below: 1) == 0)
        #expect(Set((0..<500).map { _ in SecureRandom.integer(below: 7) }) == Set(0..<7))
    }

    @Test func `text is drawn from its alphabet`() {
        let text = SecureRandom.text(length: 400, alphabet: "abc")
        #expect(text.count == 400)
        #expect(Set(text) == Set("abc"))
        #expect(SecureRandom.text(length: 0, alphabet: "abc").isEmpty)
    }
}
