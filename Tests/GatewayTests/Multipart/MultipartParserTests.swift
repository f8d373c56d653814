import Core
import NIOCore
import TestSupport
import Testing

@testable import Gateway

@Suite struct `Multipart messages` {
    static let boundary = "----WebKitFormBoundaryx7"
    static let file = Array("\r\n--\r\n------WebKitFormBoundaryx\r\r\n\n-".utf8) + [0, 0xFF, 0x0D]
    static let message = MultipartTestMessage.bytes(
        boundary: boundary, preamble: "A preamble\r\n--nobody reads",
        parts: [
            (["Content-Disposition: form-data; name=\"title\""], Array("Blood count".utf8)),
            (
                [
                    "content-disposition: form-data; name=\"file\"; filename=\"a b.pdf\"",
                    "Content-Type: application/pdf",
                ], file
            ),
            (["Content-Disposition: form-data; name=\"empty\""], []),
        ])
    static let expected: [MultipartStep] = [
        .part(name: "title", fileName: nil, contentType: nil), .content(Array("Blood count".utf8)), .partEnd,
        .part(name: "file", fileName: "a b.pdf", contentType: "application/pdf"), .content(file), .partEnd,
        .part(name: "empty", fileName: nil, contentType: nil), .partEnd, .end,
    ]

    @Test func `a message in one chunk gives its parts`() {
        #expect(MultipartTestMessage.steps([Self.message[...]], boundary: Self.boundary) == Self.expected)
    }

    @Test func `a message split in two at any place gives the same parts`() {
        for cut in 0...Self.message.count {
            let chunks = [Self.message[..<cut], Self.message[cut...]]
            #expect(MultipartTestMessage.steps(chunks, boundary: Self.boundary) == Self.expected, "cut at \(cut)")
        }
    }

    @Test func `a message that arrives byte by byte gives the same parts`() {
        let chunks = Self.message.indices.map { Self.message[$0...$0] }
        #expect(MultipartTestMessage.steps(chunks, boundary: Self.boundary) == Self.expected)
    }

    @Test func `a message that ends anywhere before its closing delimiter is cut short`() {
        for end in 0..<(Self.message.count - 2) {
            let steps = MultipartTestMessage.steps([Self.message[..<end]], boundary: Self.boundary)
            #expect(steps.last == .cutShort, "ends at \(end)")
            #expect(steps.count <= Self.expected.count)
        }
    }

    @Test func `what follows the closing delimiter is ignored`() {
        let chunks = [Self.message[...], Array("epilogue \r\n--\(Self.boundary)\r\nx".utf8)[...]]
        #expect(MultipartTestMessage.steps(chunks, boundary: Self.boundary) == Self.expected)
    }
}

@Suite struct `Random multipart messages` {
    @Test(arguments: 0..<300)
    func `the machine agrees with the slow reference however the message is split`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let boundary =
            ["B", "--", "aaaa", "a-b:c", String(repeating: "-", count: 70)]
            .randomElement(using: &generator) ?? "B"
        // Few kinds of bytes, so that beginnings of delimiters are frequent.
        let alphabet = Array("\r\n-a".utf8) + Array(boundary.utf8.prefix(2))
        let parts = (0..<Int.random(in: 0...4, using: &generator)).map { index in
            let length = Int.random(in: 0...200, using: &generator)
            return (
                headers: ["Content-Disposition: form-data; name=\"n\(index)\""],
                content: [UInt8].random(count: length, from: alphabet, using: &generator)
            )
        }
        let message = MultipartTestMessage.bytes(boundary: boundary, parts: parts)
        let reference = ReferenceMultipartReader.parts(message, boundary: boundary)
        let whole = MultipartTestMessage.steps([message[...]], boundary: boundary)
        if let reference {
            let expected = reference.flatMap { name, content -> [MultipartStep] in
                let head = MultipartStep.part(name: name, fileName: nil, contentType: nil)
                return content.isEmpty ? [head, .partEnd] : [head, .content(content), .partEnd]
            }
            #expect(whole == expected + [.end])
        } else {
            // Content that happens to hold a delimiter.
            #expect(whole.last != .end)
        }
        for _ in 0..<10 {
            let chunks = MultipartTestMessage.split(message, using: &generator)
            #expect(MultipartTestMessage.steps(chunks, boundary: boundary) == whole)
        }
    }

    @Test(arguments: 0..<200)
    func `random bytes end in an answer, the same for every split`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed) &+ 1_000_000)
        let pieces =
            [
                "\r\n", "--", "B", "--B", "\r\n--B\r\n", "\r\n--B--", ":", ";", "\"", "\\", "name", "=", "\r", "\n",
                " ", "\t",
                "Content-Disposition: form-data; name=\"a\"", "\r\n\r\n", "filename*=UTF-8''%41", "\u{301}", "%22",
            ].map { Array($0.utf8) } + [[0], [0xFF], [0xC3]]
        var message: [UInt8] = Bool.random(using: &generator) ? Array("--B\r\n".utf8) : []
        for _ in 0..<Int.random(in: 0...60, using: &generator) {
            message += pieces.randomElement(using: &generator) ?? []
        }
        let whole = MultipartTestMessage.steps([message[...]], boundary: "B")
        #expect(whole.count <= message.count + 1)
        for _ in 0..<10 {
            let chunks = MultipartTestMessage.split(message, using: &generator)
            #expect(MultipartTestMessage.steps(chunks, boundary: "B") == whole)
        }
    }
}
