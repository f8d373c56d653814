import Core
import HTTPTypes
import HummingbirdCore
import NIOCore
import Synchronization
import Testing

@testable import Gateway

@Suite struct `Multipart reader` {
    private static let contentType = "multipart/form-data; boundary=B"

    private static func reader(
        _ text: String, chunkLength: Int = 7, limits: MultipartLimits = MultipartLimits()
    ) throws -> MultipartReader {
        try MultipartReader(
            contentType: contentType, body: RequestBody(asyncSequence: CountedChunks(text, length: chunkLength)),
            limits: limits)
    }

    private static func part(_ name: String, _ content: String, fileName: String? = nil) -> String {
        let file = fileName.map { "; filename=\"\($0)\"\r\nContent-Type: application/pdf" } ?? ""
        return "--B\r\nContent-Disposition: form-data; name=\"\(name)\"\(file)\r\n\r\n\(content)\r\n"
    }

    @Test func `parts come with names, headers and bodies in their order`() async throws {
        let reader = try Self.reader(
            Self.part("title", "Bløod") + Self.part("file", "%PDF", fileName: "a.pdf") + "--B--\r\n")
        let title = try #require(try await reader.nextPart())
        #expect(title.name == "title")
        #expect(title.fileName == nil)
        #expect(title.contentType == nil)
        #expect(try await title.collectText() == "Bløod")
        let file = try #require(try await reader.nextPart())
        #expect(file.name == "file")
        #expect(file.fileName == "a.pdf")
        #expect(file.contentType == "application/pdf")
        #expect(try await file.collectBytes() == Array("%PDF".utf8))
        #expect(try await reader.nextPart() == nil)
        #expect(try await reader.nextPart() == nil)
    }

    @Test(arguments: [1, 2, 5, 64, 10_000])
    func `the unread rest of a part is skipped`(chunkLength: Int) async throws {
        let reader = try Self.reader(
            Self.part("a", String(repeating: "skipped\r\n", count: 500)) + Self.part("b", "kept") + "--B--",
            chunkLength: chunkLength)
        let first = try #require(try await reader.nextPart())
        var iterator = first.body.makeAsyncIterator()
        _ = try await iterator.next()
        let second = try #require(try await reader.nextPart())
        #expect(second.name == "b")
        #expect(try await second.collectText() == "kept")
        #expect(try await reader.nextPart() == nil)
    }

    @Test func `a body that was read to its end stays at its end until the next part`() async throws {
        let reader = try Self.reader(Self.part("a", "x") + Self.part("b", "y") + "--B--")
        let part = try #require(try await reader.nextPart())
        #expect(try await part.collectText() == "x")
        #expect(try await part.collectText() == "")
        _ = try await reader.nextPart()
        await #expect(throws: MultipartError.partPassed) { try await part.collectText() }
    }

    @Test func `a field is read up to the limit and not a byte further`() async throws {
        var limits = MultipartLimits()
        limits.fieldMax = .bytes(4)
        let text = Self.part("a", "1234") + Self.part("b", "12345") + "--B--"
        let reader = try Self.reader(text, limits: limits)
        #expect(try await reader.nextPart()?.collectText() == "1234")
        let second = try #require(try await reader.nextPart())
        await #expect(throws: MultipartError.fieldTooLarge(limit: .bytes(4))) { try await second.collectText() }
        let roomier = try Self.reader(text, limits: limits)
        #expect(try await roomier.nextPart()?.collectText(limit: .bytes(5)) == "1234")
        #expect(try await roomier.nextPart()?.collectText(limit: .bytes(5)) == "12345")
    }

    @Test func `text that is not UTF-8 is refused, bytes are not`() async throws {
        var message = ByteBuffer(string: "--B\r\nContent-Disposition: form-data; name=a\r\n\r\n")
        message.writeBytes([0xC3, 0x28])
        message.writeString("\r\n--B--")
        let text = try MultipartReader(contentType: Self.contentType, body: RequestBody(buffer: message))
        let part = try #require(try await text.nextPart())
        await #expect(throws: MultipartError.fieldNotUTF8) { try await part.collectText() }
        let bytes = try MultipartReader(contentType: Self.contentType, body: RequestBody(buffer: message))
        #expect(try await bytes.nextPart()?.collectBytes() == [0xC3, 0x28])
    }

    @Test func `a body that ends too early is cut short, again and again`() async throws {
        let reader = try Self.reader(Self.part("a", "unfinished"))
        let part = try #require(try await reader.nextPart())
        await #expect(throws: MultipartError.cutShort) { try await part.collectText() }
        await #expect(throws: MultipartError.cutShort) { try await reader.nextPart() }
        await #expect(throws: MultipartError.cutShort) { try await reader.nextPart() }
        let empty = try Self.reader("")
        await #expect(throws: MultipartError.cutShort) { try await empty.nextPart() }
    }

    @Test func `what the body throws reaches the reader of a part`() async throws {
        let (body, source) = RequestBody.makeStream()
        let reader = try MultipartReader(contentType: Self.contentType, body: body)
        await source.yield(ByteBuffer(string: Self.part("a", "begin")))
        source.finish(ConnectionLost())
        let part = try #require(try await reader.nextPart())
        await #expect(throws: ConnectionLost.self) { try await part.collectText() }
        await #expect(throws: ConnectionLost.self) { try await reader.nextPart() }
    }

    private struct ConnectionLost: Error {}

    @Test func `no chunk is taken before it is needed`() async throws {
        let chunks = CountedChunks(Self.part("a", String(repeating: "x", count: 10_000)) + "--B--", length: 100)
        let reader = try MultipartReader(contentType: Self.contentType, body: RequestBody(asyncSequence: chunks))
        #expect(chunks.taken == 0)
        let part = try #require(try await reader.nextPart())
        #expect(chunks.taken == 1)
        var iterator = part.body.makeAsyncIterator()
        for count in 1...20 {
            _ = try await iterator.next()
            #expect(chunks.taken == count)
        }
    }

    @Test func `two readers at the same time are told so`() async throws {
        let (body, source) = RequestBody.makeStream()
        let reader = try MultipartReader(contentType: Self.contentType, body: body)
        // Whichever comes first waits for the body, which is given only once the other two were refused.
        let answered = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    do { return try await reader.nextPart()?.name == "a" } catch { return false }
                }
            }
            var refused = 0
            for await wasAnswered in group {
                if wasAnswered { return refused == 2 }
                refused += 1
                if refused == 2 { await source.yield(ByteBuffer(string: Self.part("a", "x") + "--B--")) }
            }
            return false
        }
        #expect(answered)
        source.finish()
    }

    @Test func `a cancelled reader throws a cancellation, not a cut message`() async throws {
        let (body, source) = RequestBody.makeStream()
        let reader = try MultipartReader(contentType: Self.contentType, body: body)
        let work = Task { try await reader.nextPart() }
        work.cancel()
        await #expect(throws: CancellationError.self) { try await work.value }
        source.finish()
    }

    @Test func `a request without a multipart type or with too long a body has no reader`() throws {
        var limits = MultipartLimits()
        limits.messageMax = .bytes(10)
        #expect(throws: MultipartError.notMultipart) { try TestRequest.make().multipart() }
        #expect(throws: MultipartError.messageTooLarge(limit: .bytes(10))) {
            try TestRequest.make(headers: [.contentType: Self.contentType, .contentLength: "11"])
                .multipart(limits: limits)
        }
        _ = try TestRequest.make(headers: [.contentType: Self.contentType, .contentLength: "10"])
            .multipart(limits: limits)
    }
}

/// A text in chunks that counts how many were taken.
final class CountedChunks: AsyncSequence, Sendable {
    private let chunks: [ByteBuffer]
    private let position = Mutex(0)

    init(_ text: String, length: Int) {
        let bytes = Array(text.utf8)
        chunks = stride(from: 0, to: bytes.count, by: length).map { start in
            ByteBuffer(bytes: bytes[start..<Swift.min(start + length, bytes.count)])
        }
    }

    var taken: Int { position.withLock { $0 } }

    func makeAsyncIterator() -> Iterator { Iterator(chunks: self) }

    struct Iterator: AsyncIteratorProtocol {
        let chunks: CountedChunks

        mutating func next() async throws -> ByteBuffer? {
            chunks.position.withLock { position in
                guard position < chunks.chunks.count else { return nil }
                position += 1
                return chunks.chunks[position - 1]
            }
        }
    }
}
