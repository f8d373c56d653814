/// Takes comments and the content of string literals out of Swift text, keeping line breaks and the code in
/// interpolations, so that a rule sees code alone.
struct SourceScrubber {
    private let text: [UInt8]
    private var position = 0
    private var output: [UInt8] = []

    static func scrub(_ text: String) -> String {
        var scrubber = SourceScrubber(text: Array(text.utf8))
        scrubber.code(inInterpolation: false)
        return String(decoding: scrubber.output, as: UTF8.self)
    }

    private init(text: [UInt8]) {
        self.text = text
        output.reserveCapacity(text.count)
    }

    private func byte(_ offset: Int) -> UInt8? {
        position + offset < text.count ? text[position + offset] : nil
    }

    private func starts(with mark: [UInt8]) -> Bool {
        mark.indices.allSatisfy { byte($0) == mark[$0] }
    }

    private mutating func skip(_ count: Int) {
        for _ in 0..<count where position < text.count {
            if text[position] == .lineFeed { output.append(.lineFeed) }
            position += 1
        }
    }

    /// Copies code up to the end, or up to the parenthesis that closes an interpolation.
    private mutating func code(inInterpolation: Bool) {
        var depth = 0
        while let next = byte(0) {
            if next == .slash, byte(1) == .slash {
                while let next = byte(0), next != .lineFeed { position += 1 }
            } else if next == .slash, byte(1) == .star {
                comment()
            } else if let hashes = stringStart() {
                string(hashes: hashes)
            } else {
                if next == .open { depth += 1 }
                if next == .close {
                    if depth == 0, inInterpolation { return }
                    depth -= 1
                }
                output.append(next)
                position += 1
            }
        }
    }

    private mutating func comment() {
        var depth = 0
        repeat {
            if byte(0) == .slash, byte(1) == .star {
                depth += 1
                skip(2)
            } else if byte(0) == .star, byte(1) == .slash {
                depth -= 1
                skip(2)
            } else {
                skip(1)
            }
        } while depth > 0 && position < text.count
    }

    /// The number of `#` before a quote here; nil when no string begins here.
    private func stringStart() -> Int? {
        var hashes = 0
        while byte(hashes) == .hash { hashes += 1 }
        return byte(hashes) == .quote ? hashes : nil
    }

    private mutating func string(hashes: Int) {
        let fence = [UInt8](repeating: .hash, count: hashes)
        skip(hashes)
        let quote = [UInt8](repeating: .quote, count: byte(1) == .quote && byte(2) == .quote ? 3 : 1)
        output += quote
        skip(quote.count)
        while let next = byte(0) {
            if starts(with: quote + fence) {
                output += quote
                skip(quote.count + hashes)
                return
            }
            if starts(with: [.backslash] + fence + [.open]) {
                skip(hashes + 2)
                output.append(.open)
                code(inInterpolation: true)
                output.append(.close)
                skip(1)
            } else if starts(with: [.backslash] + fence) {
                skip(hashes + 2)
            } else {
                if quote.count == 1, next == .lineFeed { return }
                skip(1)
            }
        }
    }
}

extension UInt8 {
    fileprivate static let lineFeed = UInt8(ascii: "\n")
    fileprivate static let slash = UInt8(ascii: "/")
    fileprivate static let star = UInt8(ascii: "*")
    fileprivate static let hash = UInt8(ascii: "#")
    fileprivate static let quote = UInt8(ascii: "\"")
    fileprivate static let backslash = UInt8(ascii: "\\")
    fileprivate static let open = UInt8(ascii: "(")
    fileprivate static let close = UInt8(ascii: ")")
}
