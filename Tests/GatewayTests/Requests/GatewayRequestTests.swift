import Core
import HTTPTypes
import HummingbirdCore
import NIOCore
import Testing

@testable import Gateway

@Suite struct `Gateway request` {
    @Test(
        arguments: [
            (nil, nil), ("application/json", "application/json"),
            ("Application/JSON; charset=utf-8", "application/json"),
            (" text/plain ;x=y", "text/plain"), ("", ""),
        ] as [(String?, String?)])
    func `the media type comes without parameters`(header: String?, mediaType: String?) {
        var headers = HTTPFields()
        if let header { headers[.contentType] = header }
        #expect(TestRequest.make(headers: headers).mediaType == mediaType)
    }

    @Test(
        arguments: [("5", 5), ("0", 0), ("-1", nil), ("x", nil), ("", nil), ("99999999999999999999", nil)]
            as [(String, Int?)])
    func `a content length is a number or nothing`(header: String, length: Int?) {
        #expect(TestRequest.make(headers: [.contentLength: header]).contentLength == length)
    }

    @Test func `a body is read up to the limit and not a byte further`() async throws {
        #expect(try await TestRequest.make(body: "12345").bytes(limit: .bytes(5)) == Array("12345".utf8))
        #expect(try await TestRequest.make().bytes(limit: .bytes(0)) == [])
        await Self.expectTooLarge(TestRequest.make(body: "123456"))
        await Self.expectTooLarge(TestRequest.make(headers: [.contentLength: "6"]))
    }

    private static func expectTooLarge(_ request: GatewayRequest) async {
        do throws(BodyError) {
            _ = try await request.bytes(limit: .bytes(5))
            Issue.record("the body was read")
        } catch {
            guard case .tooLarge(let limit) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(limit == .bytes(5))
        }
    }

    @Test(arguments: ["", " ", "\r\n\t "])
    func `a body of white space is no JSON value`(body: String) async throws {
        #expect(try await TestRequest.make(body: body).json(limit: .kibibytes(1)) == nil)
    }

    @Test func `a JSON body is parsed within limits`() async throws {
        #expect(try await TestRequest.make(body: #" {"a":[1]} "#).json(limit: .kibibytes(1)) == ["a": [1]])
    }

    @Test(arguments: [
        ("{", JSONError.unexpectedEnd), ("[[[1]]]", .tooDeep(depthMax: 2)),
        ("{\"a\":\u{1}}", .unexpectedByte(offset: 5)),
    ])
    func `a body that is no JSON says why`(body: String, reason: JSONError) async {
        do throws(BodyError) {
            _ = try await TestRequest.make(body: body).json(limit: .kibibytes(1), depthMax: 2)
            Issue.record("\(body) was parsed")
        } catch {
            guard case .notJSON(let actual) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(actual == reason)
        }
    }
}
