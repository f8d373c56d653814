import HTTPTypes
import Testing

@testable import Rest

@Suite struct `Headers set by SQL` {
    @Test func `each object of the array is one field, repeated names included`() throws {
        let fields = try ResponseHeaders.parse(#"[{"Set-Cookie":"a=1"},{"set-cookie":"b=2"},{"X":""}]"#)
        #expect(fields.map(\.name.rawName) == ["Set-Cookie", "set-cookie", "X"])
        #expect(fields.map(\.value) == ["a=1", "b=2", ""])
    }

    @Test(arguments: [
        "", "{}", #"{"a":"b"}"#, #"[{"a":"b","c":"d"}]"#, #"[{"a":1}]"#, #"[{}]"#, #"["a"]"#, #"[{"a b":"c"}]"#,
    ])
    func `anything else is PGRST111`(text: String) {
        let error = #expect(throws: RestError.self) { try ResponseHeaders.parse(text) }
        #expect(error?.code == "PGRST111")
    }
}
