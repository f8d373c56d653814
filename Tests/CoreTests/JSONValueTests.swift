import Testing

@testable import Core

@Suite struct `JSON values` {
    @Test(
        arguments: [
            (
                JSON.string("\u{0}\u{1F}\"\\/\n\r\t\u{8}\u{C}\u{7F}\u{2028}"),
                #""\u0000\u001f\"\\/\n\r\t\u0008\u000c"# + "\u{7F}\u{2028}\""
            ),
            (.object(["b": 1, "a": [true, nil]]), #"{"b":1,"a":[true,null]}"#),
            (.double(1.5), "1.5"), (.double(3), "3"), (.double(-0.0), "0"), (.double(1e300), "1e+300"),
            (.double(.nan), "null"), (.double(.infinity), "null"), (.optional(nil), "null"), (.optional("x"), "\"x\""),
        ] as [(JSON, String)])
    func `a value prints compactly and escapes no more than it must`(value: JSON, text: String) throws {
        #expect(value.text == text)
        _ = try JSON(parsing: text)
    }

    @Test(
        arguments: [
            ("3", 3), ("3.0", 3), ("-7", -7), ("1e3", 1000), ("9223372036854775807", Int.max), ("3.5", nil),
            ("9223372036854775808", nil), ("1e400", nil), ("-1e400", nil),
        ] as [(String, Int?)])
    func `integers are numbers without a fraction that fit`(text: String, value: Int?) {
        #expect(JSON.number(text).int == value)
    }

    @Test func `a number beyond doubles has no double`() {
        #expect(JSON.number("1e400").double == nil)
        #expect(JSON.number("-1e400").double == nil)
        #expect(JSON.number("7.30").double == 7.3)
        #expect(JSON.string("1").double == nil)
    }

    @Test func `setting a member keeps its place, nil removes it`() {
        var object: JSONObject = ["a": 1, "b": 2, "c": 3]
        object["b"] = 9
        object["d"] = 4
        object["a"] = nil
        object["e"] = nil
        #expect(JSON.object(object).text == #"{"b":9,"c":3,"d":4}"#)
        #expect(object.count == 3)
        #expect(!object.isEmpty)
    }

    @Test func `a merge removes what is null`() {
        var object: JSONObject = ["a": 1, "b": ["x": 1], "c": 3]
        object.merge(removingNulls: ["a": nil, "b": ["y": 2], "d": 4, "e": nil])
        #expect(JSON.object(object).text == #"{"b":{"y":2},"c":3,"d":4}"#)
    }

    @Test func `objects are equal whatever the order of their members`() {
        let one: JSONObject = ["a": 1, "b": [2]]
        let other: JSONObject = ["b": [2], "a": 1]
        #expect(one == other)
        #expect(one.hashValue == other.hashValue)
        #expect(one != ["a": 1])
        #expect(one != ["a": 1, "b": [3]])
        #expect(one != ["a": 1, "c": [2]])
    }
}

@Suite struct `Objects made of many members` {
    @Test func `a name that comes again keeps its place and takes the last value`() {
        let names = (0..<100).map { "n\($0 % 60)" }
        let object = JSONObject(names.enumerated().map { ($1, JSON.int($0)) })
        #expect(object.members.map(\.key) == (0..<60).map { "n\($0)" })
        #expect(object["n0"] == 60)
        #expect(object["n59"] == 59)
    }
}
