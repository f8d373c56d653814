/// The query component as an ordered list of pairs, percent-decoded once, `+` read as a space
/// (application/x-www-form-urlencoded, WHATWG URL 5.1).
public struct Query: Sendable, Hashable {
    public private(set) var items: [(name: String, value: String)]
    /// The query as sent, without the `apikey` pairs.
    public let raw: String

    /// Pairs beyond this are an error: nobody needs them and each costs.
    static let itemsMax = 1000

    /// - Parameter skipsUndecodable: leaves pairs with bad escapes out of ``items`` instead of throwing.
    ///
    /// Throws ``RequestLineError`` for bad escapes or too many pairs.
    public init(_ raw: String, skipsUndecodable: Bool = false) throws(RequestLineError) {
        var items: [(name: String, value: String)] = []
        var kept: [Substring] = []
        for (count, bytes) in raw.utf8.split(separator: UInt8(ascii: "&")).enumerated() {
            guard count < Query.itemsMax else { throw .tooManyQueryItems }
            let pair = Substring(bytes)
            let parts = bytes.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
                .map { Substring($0) }
            do throws(RequestLineError) {
                let name = try PercentCoding.decode(parts[0], plusIsSpace: true)
                // Whatever stands behind it: a key is not handed on.
                if name != Query.keyName { kept.append(pair) }
                items.append((name, parts.count > 1 ? try PercentCoding.decode(parts[1], plusIsSpace: true) : ""))
            } catch {
                guard skipsUndecodable else { throw error }
                // A name that cannot be decoded is no name of ours; where only the value cannot, the pair was kept above.
                if (try? PercentCoding.decode(parts[0], plusIsSpace: true)) == nil { kept.append(pair) }
            }
        }
        self.items = items
        self.raw = kept.joined(separator: "&")
    }

    static let keyName = "apikey"

    /// No query at all.
    init() {
        items = []
        raw = ""
    }

    /// The first value of `name`.
    public subscript(name: String) -> String? { items.first { $0.name == name }?.value }

    public func values(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

    /// Takes the `apikey` pairs out and returns the first one's value.
    mutating func removeKey() -> String? {
        let key = self[Query.keyName]
        items.removeAll { $0.name == Query.keyName }
        return key
    }

    public static func == (left: Query, right: Query) -> Bool { left.raw == right.raw }
    public func hash(into hasher: inout Hasher) { hasher.combine(raw) }
}

/// Why a request line is refused before any service sees it.
public enum RequestLineError: Error, Sendable, Hashable {
    case badEscape
    case notUTF8
    case tooManyQueryItems
    case tooLong
    case badPath
}

/// Percent-encoding, RFC 3986 section 2.1.
public enum PercentCoding {
    /// Decodes once. A `%` without two hex digits, a NUL or text that is not UTF-8 is an error.
    public static func decode(
        _ text: some StringProtocol, plusIsSpace: Bool = false
    ) throws(RequestLineError) -> String {
        if !text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) { return String(text) }
        var bytes: [UInt8] = []
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(hexValue), let low = iterator.next().flatMap(hexValue) else {
                    throw .badEscape
                }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(0x20)
            default: bytes.append(byte)
            }
        }
        guard !bytes.contains(0) else { throw .badEscape }
        guard let decoded = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        return decoded
    }

    /// Encodes everything but unreserved characters and, if asked, `/`.
    public static func encode(_ text: String, keepingSlashes: Bool = false) -> String {
        let hex = Array("0123456789ABCDEF")
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: "/") where keepingSlashes: encoded.append("/")
            default:
                encoded.append("%")
                encoded.append(hex[Int(byte >> 4)])
                encoded.append(hex[Int(byte & 0xF)])
            }
        }
        return encoded
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
