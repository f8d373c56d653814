import HTTPTypes
import NIOCore
import TestSupport

@testable import Gateway

/// What a parser said of a message, with the pieces of a content put together.
enum MultipartStep: Hashable {
    case part(name: String, fileName: String?, contentType: String?)
    case content([UInt8])
    case partEnd
    case end
    /// The message ended too early.
    case cutShort
    case failed(MultipartError)
}

enum MultipartTestMessage {
    /// A message of parts with these header lines and contents.
    static func bytes(boundary: String, preamble: String = "", parts: [(headers: [String], content: [UInt8])])
        -> [UInt8]
    {
        var bytes = Array(preamble.utf8)
        if !preamble.isEmpty { bytes += Array("\r\n".utf8) }
        for part in parts {
            bytes += Array("--\(boundary)\r\n".utf8)
            for header in part.headers { bytes += Array("\(header)\r\n".utf8) }
            bytes += Array("\r\n".utf8) + part.content + Array("\r\n".utf8)
        }
        return bytes + Array("--\(boundary)--\r\n".utf8)
    }

    /// All steps of a message that arrives in `chunks`.
    static func steps(
        _ chunks: [ArraySlice<UInt8>], boundary: String, limits: MultipartLimits = MultipartLimits()
    ) -> [MultipartStep] {
        var steps: [MultipartStep] = []
        do throws(MultipartError) {
            let boundary = try MultipartBoundary(contentType: "multipart/form-data; boundary=\"\(boundary)\"")
            var parser = MultipartParser(boundary: boundary, limits: limits)
            var chunks = chunks[...]
            while true {
                switch try parser.next() {
                case .needsMore:
                    guard let chunk = chunks.popFirst() else { return steps + [.cutShort] }
                    try parser.feed(ByteBuffer(bytes: chunk))
                case .part(let head):
                    steps.append(
                        .part(name: head.name, fileName: head.fileName, contentType: head.headers[.contentType]))
                case .content(let buffer):
                    if case .content(let before) = steps.last {
                        steps[steps.count - 1] = .content(before + buffer.readableBytesView)
                    } else {
                        steps.append(.content(Array(buffer.readableBytesView)))
                    }
                case .partEnd: steps.append(.partEnd)
                case .end: return steps + [.end]
                }
            }
        } catch {
            return steps + [.failed(error)]
        }
    }

    /// `bytes` in pieces of random lengths, empty ones included.
    static func split(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [ArraySlice<UInt8>] {
        var chunks: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        let longest = [1, 3, 17, 100].randomElement(using: &generator) ?? 1
        while !rest.isEmpty {
            let length = Int.random(in: 0...longest, using: &generator)
            chunks.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return chunks
    }
}
