import Core
import Testing

@testable import Gateway

@Suite struct `Multipart rules` {
    private static func steps(_ text: String, limits: MultipartLimits = MultipartLimits()) -> [MultipartStep] {
        MultipartTestMessage.steps([Array(text.utf8)[...]], boundary: "B", limits: limits)
    }

    private static let disposition = "Content-Disposition: form-data; name=a"

    @Test(arguments: [
        ("--B--", [MultipartStep.end]),
        ("--B--\r\n", [.end]),
        ("ignored\r\n--B--", [.end]),
        (
            "--B \t \r\n\(disposition)\r\n\r\nx\r\n--B--",
            [.part(name: "a", fileName: nil, contentType: nil), .content([120]), .partEnd, .end]
        ),
        ("--B\r\n\(disposition)\r\n\r\n--B--", [.part(name: "a", fileName: nil, contentType: nil), .partEnd, .end]),
        (
            "--B\r\n\(disposition)\r\n\r\n\r\n--B--",
            [.part(name: "a", fileName: nil, contentType: nil), .partEnd, .end]
        ),
        (
            "--B\r\nContent-Disposition: form-data;\r\n name=a\r\n\r\n--B--",
            [.part(name: "a", fileName: nil, contentType: nil), .partEnd, .end]
        ),
        (
            "--B\r\n\(disposition)\r\nContent-Transfer-Encoding: binary\r\n\r\n--B--",
            [.part(name: "a", fileName: nil, contentType: nil), .partEnd, .end]
        ),
    ])
    func `legal messages are read`(message: String, expected: [MultipartStep]) {
        #expect(Self.steps(message) == expected)
    }

    @Test(arguments: [
        ("--Bx\r\n", MultipartError.malformedDelimiter),
        ("--B\n", .malformedDelimiter),
        ("--B-x", .malformedDelimiter),
        ("--B\rx", .malformedDelimiter),
        ("--B \t --\r\n", .malformedDelimiter),
        ("--B" + String(repeating: " ", count: 65), .malformedDelimiter),
        ("--B\r\n\r\n", .nameMissing),
        ("--B\r\nContent-Type: a/b\r\n\r\n", .nameMissing),
        ("--B\r\nContent-Disposition: form-data\r\n\r\n", .nameMissing),
        ("--B\r\nContent-Disposition: attachment; name=a\r\n\r\n", .nameMissing),
        ("--B\r\nContent-Disposition: form-data; filename=a\r\n\r\n", .nameMissing),
        ("--B\r\n\(disposition)\n\r\n", .malformedHeader),
        ("--B\r\n\(disposition)\r\nno colon\r\n\r\n", .malformedHeader),
        ("--B\r\n\(disposition)\r\n: no name\r\n\r\n", .malformedHeader),
        ("--B\r\n\(disposition)\r\nbad name: x\r\n\r\n", .malformedHeader),
        ("--B\r\n folded: first\r\n\r\n", .malformedHeader),
        ("--B\r\n\(disposition)\r\nX: a\u{0}b\r\n\r\n", .malformedHeader),
        ("--B\r\n\(disposition)\r\nX: a\rb\r\n\r\n", .malformedHeader),
        ("--B\r\n\(disposition)\r\n\(disposition)\r\n\r\n", .malformedHeader),
        ("--B\r\n\(disposition); name=b\r\n\r\n", .malformedHeader),
        ("--B\r\n\(disposition); filename=\"open\r\n\r\n", .malformedHeader),
        ("--B\r\n\(disposition); filename*=KOI8-R''%41\r\n\r\n", .malformedHeader),
        ("--B\r\n\(disposition); filename*=UTF-8''%4\r\n\r\n", .malformedHeader),
        ("--B\r\n\(disposition)\r\nContent-Transfer-Encoding: base64\r\n\r\n", .transferEncodingUnsupported),
    ])
    func `illegal messages are refused with the reason`(message: String, error: MultipartError) {
        #expect(Self.steps(message).last == .failed(error))
    }

    @Test func `a header that is not UTF-8 is refused`() {
        let message = Array("--B\r\n\(Self.disposition); filename=\"".utf8) + [0xFF] + Array("\"\r\n\r\n".utf8)
        #expect(MultipartTestMessage.steps([message[...]], boundary: "B") == [.failed(.malformedHeader)])
    }

    @Test func `every limit holds to the byte`() {
        var limits = MultipartLimits()
        limits.preambleMax = .bytes(10)
        #expect(Self.steps("12345678\r\n--B--", limits: limits) == [.end])
        #expect(Self.steps("12345678901\r\n--B--", limits: limits) == [.failed(.preambleTooLarge(limit: .bytes(10)))])
        #expect(
            Self.steps("12345678901234", limits: limits) == [.failed(.preambleTooLarge(limit: .bytes(10)))])

        limits = MultipartLimits()
        let section = Self.disposition + "\r\n"
        limits.headersMax = .bytes(section.utf8.count + 2)
        #expect(Self.steps("--B\r\n\(section)\r\n\r\n--B--", limits: limits).last == .end)
        let tooLarge = MultipartStep.failed(.headersTooLarge(limit: limits.headersMax))
        #expect(Self.steps("--B\r\nX:\r\n\(section)\r\n\r\n--B--", limits: limits).last == tooLarge)
        #expect(Self.steps("--B\r\n" + String(repeating: "x", count: 1000), limits: limits).last == tooLarge)

        limits = MultipartLimits()
        limits.headerFieldCountMax = 2
        #expect(Self.steps("--B\r\n\(section)X: 1\r\n\r\n\r\n--B--", limits: limits).last == .end)
        #expect(
            Self.steps("--B\r\n\(section)X: 1\r\nY: 2\r\n\r\n\r\n--B--", limits: limits).last
                == .failed(.tooManyHeaders(limit: 2)))

        limits = MultipartLimits()
        limits.partsMax = 2
        let part = "--B\r\n\(section)\r\n\r\n"
        #expect(Self.steps(part + part + "--B--", limits: limits).last == .end)
        #expect(Self.steps(part + part + part + "--B--", limits: limits).last == .failed(.tooManyParts(limit: 2)))

        limits = MultipartLimits()
        limits.messageMax = .bytes(8)
        #expect(Self.steps("x\r\n--B--", limits: limits) == [.end])
        #expect(Self.steps("xx\r\n--B--", limits: limits) == [.failed(.messageTooLarge(limit: .bytes(8)))])
    }

    @Test(arguments: [
        ("multipart/form-data; boundary=abc", "abc"),
        ("Multipart/Form-Data ;BOUNDARY=\"a b'()+_,-./:=?\"", "a b'()+_,-./:=?"),
        ("multipart/form-data; charset=utf-8; boundary=abc; x=y", "abc"),
        ("multipart/form-data; boundary=" + String(repeating: "a", count: 70), String(repeating: "a", count: 70)),
    ])
    func `boundaries are read from the content type`(contentType: String, boundary: String) throws {
        #expect(try MultipartBoundary(contentType: contentType).text == boundary)
    }

    @Test(arguments: [
        ("", MultipartError.notMultipart),
        ("application/json", .notMultipart),
        ("multipart/mixed; boundary=a", .notMultipart),
        ("multipart/form-datax; boundary=a", .notMultipart),
        ("multipart/form-data", .boundaryMissing),
        ("multipart/form-data; charset=utf-8", .boundaryMissing),
        ("multipart/form-data; boundary=", .boundaryIllegal),
        ("multipart/form-data; boundary=\"\"", .boundaryIllegal),
        ("multipart/form-data; boundary=\"a \"", .boundaryIllegal),
        ("multipart/form-data; boundary=\"a", .boundaryIllegal),
        ("multipart/form-data; boundary=a; boundary=b", .boundaryIllegal),
        ("multipart/form-data; boundary=a{b", .boundaryIllegal),
        ("multipart/form-data; boundary=\"a\\\\b\"", .boundaryIllegal),
        ("multipart/form-data; boundary=\u{E9}", .boundaryIllegal),
        ("multipart/form-data; boundary=" + String(repeating: "a", count: 71), .boundaryIllegal),
    ])
    func `content types without a legal boundary are refused`(contentType: String, error: MultipartError) {
        #expect(throws: error) { try MultipartBoundary(contentType: contentType) }
    }

    @Test(arguments: [
        (#"filename="a.pdf""#, "a.pdf"),
        (#"filename=a.pdf"#, "a.pdf"),
        (#"filename="""#, ""),
        (#"filename="a%22b.pdf""#, #"a"b.pdf"#),
        (#"filename="a\"b.pdf""#, #"a"b.pdf"#),
        (#"filename="a\\b.pdf""#, #"a\b.pdf"#),
        (#"filename="C:\scans\a.pdf""#, #"C:\scans\a.pdf"#),
        (#"filename="a\""#, #"a\"#),
        (#"filename="a;b=c.pdf""#, "a;b=c.pdf"),
        (#"filename="a%20b%0D.pdf""#, "a%20b%0D.pdf"),
        ("filename=\"Ha\u{308}moglobin.pdf\"", "Ha\u{308}moglobin.pdf"),
        ("filename=\"\u{301}a.pdf\"", "\u{301}a.pdf"),
        ("filename=\"a%22\u{301}.pdf\"", "a\"\u{301}.pdf"),
        (#"filename="रिपोर्ट.pdf""#, "रिपोर्ट.pdf"),
        (#"filename="fallback.pdf"; filename*=UTF-8''H%C3%A4mo%20%22.pdf"#, #"Hämo ".pdf"#),
        (#"FileName="a.pdf" ; x=y;"#, "a.pdf"),
    ])
    func `file names are read as browsers and older clients write them`(parameter: String, name: String) {
        let steps = Self.steps("--B\r\nContent-Disposition: form-data; name=\"f\"; \(parameter)\r\n\r\n\r\n--B--")
        guard case .part("f", let fileName, nil) = steps.first else {
            Issue.record("no part but \(steps)")
            return
        }
        #expect(fileName.map { Array($0.utf8) } == Array(name.utf8))
    }
}
