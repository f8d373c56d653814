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
        "Content-Length", "content-length", "Transfer-Encoding", "Connection", "Keep-Alive", "TE", "Trailer", "Upgrade",
        "Proxy-Connection",
    ])
    func `what frames the answer or is the connection's is not SQL's to set`(name: String) throws {
        let fields = try ResponseHeaders.parse(#"[{"X":"y"},{"\#(name)":"3"}]"#)
        #expect(fields.map(\.name.rawName) == ["X"])
    }

    @Test(arguments: [("0", false), ("100", false), ("199", false), ("200", true), ("599", true), ("600", false)])
    func `a status that is not a final one is PGRST112`(text: String, isStatus: Bool) {
        do throws(RestError) {
            #expect(try Answer.status(text).code == Int(text) && isStatus)
        } catch {
            #expect(!isStatus && error.code == "PGRST112")
        }
    }

    @Test(arguments: [
        "", "{}", #"{"a":"b"}"#, #"[{"a":"b","c":"d"}]"#, #"[{"a":1}]"#, #"[{}]"#, #"["a"]"#, #"[{"a b":"c"}]"#,
    ])
    func `anything else is PGRST111`(text: String) {
        let error = #expect(throws: RestError.self) { try ResponseHeaders.parse(text) }
        #expect(error?.code == "PGRST111")
    }
}
