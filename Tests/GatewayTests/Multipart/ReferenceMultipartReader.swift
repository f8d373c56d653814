@testable import Gateway

/// multipart/form-data read the slow way, with the whole message at hand: what the machine is compared with.
enum ReferenceMultipartReader {
    /// Name and content of every part, or nil when the message is not well formed.
    static func parts(_ message: [UInt8], boundary: String) -> [(name: String, content: [UInt8])]? {
        let delimiter = Array("\r\n--\(boundary)".utf8)
        let bytes = Array("\r\n".utf8) + message
        guard var position = find(delimiter, in: bytes, from: 0) else { return nil }
        var parts: [(String, [UInt8])] = []
        while true {
            position += delimiter.count
            if bytes[position...].starts(with: "--".utf8) { return parts }
            guard bytes[position...].starts(with: "\r\n".utf8) else { return nil }
            guard let headersEnd = find(Array("\r\n\r\n".utf8), in: bytes, from: position),
                let next = find(delimiter, in: bytes, from: headersEnd + 2)
            else { return nil }
            let headers = String(decoding: bytes[position..<headersEnd], as: UTF8.self)
            let words = headers.split(separator: "\"", omittingEmptySubsequences: false)
            guard words.count > 1 else { return nil }
            let name = words[1]
            parts.append((String(name), next < headersEnd + 4 ? [] : Array(bytes[(headersEnd + 4)..<next])))
            position = next
        }
    }

    private static func find(_ needle: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        var index = start
        while index + needle.count <= bytes.count {
            if Array(bytes[index..<index + needle.count]) == needle { return index }
            index += 1
        }
        return nil
    }
}
