/// Where in an HTML document the next byte stands, as far as it matters for writing values there. It reads what the
/// template says literally; values are escaped so that they never move it, save along an attribute's value.
struct HTMLContext: Sendable {
    enum Place: Sendable, Hashable {
        case text
        /// Inside `<…>`, where names of elements and attributes stand.
        case tag
        case attributeName
        /// Behind `=`.
        case beforeValue
        /// `quote` is nil for values without quotes.
        case value(quote: UInt8?)
        case comment
        /// Inside `<script>` and `<style>`.
        case code
        /// Inside `<title>` and `<textarea>`: text that has no elements.
        case plain
    }

    enum AttributeKind: Sendable { case ordinary, url, code }

    private(set) var place = Place.text
    private var element: [UInt8] = []
    private var isReadingElement = false
    private var isClosing = false
    private var attribute: [UInt8] = []
    /// What an attribute's value says up to here, until it is known which scheme it has.
    private var urlStart: String?
    private var isInQuery = false

    // MARK: Literal text

    mutating func read(_ text: [UInt8]) {
        var index = 0
        while index < text.count {
            switch place {
            case .text: index = readText(text, index)
            case .comment: index = find("-->", in: text, from: index)
            case .code, .plain: index = findEndTag(in: text, from: index)
            case .tag, .attributeName, .beforeValue, .value:
                readInTag(text[index])
                index += 1
            }
        }
    }

    private mutating func readText(_ text: [UInt8], _ start: Int) -> Int {
        guard let open = text[start...].firstIndex(of: UInt8(ascii: "<")) else { return text.count }
        let rest = text[(open + 1)...]
        if rest.starts(with: "!--".utf8) {
            place = .comment
            return open + 4
        }
        let first = rest.first.map { $0 == UInt8(ascii: "/") ? rest.dropFirst().first ?? 0 : $0 } ?? 0
        guard (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first | 0x20) || first == UInt8(ascii: "!") else {
            return open + 1
        }
        isClosing = rest.first == UInt8(ascii: "/")
        element = []
        isReadingElement = true
        place = .tag
        return open + (isClosing ? 2 : 1)
    }

    private mutating func find(_ end: String, in text: [UInt8], from start: Int) -> Int {
        for index in start..<text.count where text[index...].starts(with: end.utf8) {
            place = .text
            return index + end.utf8.count
        }
        return text.count
    }

    /// Only the end tag of the same element ends its code or text.
    private mutating func findEndTag(in text: [UInt8], from start: Int) -> Int {
        for index in start..<text.count where text[index...].starts(with: "</".utf8) {
            let name = text[(index + 2)...].prefix(element.count).map { $0 | 0x20 }
            if name == element {
                place = .text
                return index
            }
        }
        return text.count
    }

    private mutating func readInTag(_ byte: UInt8) {
        let isSpace = [0x20, 0x09, 0x0A, 0x0C, 0x0D].contains(byte)
        switch place {
        case .value(let quote):
            if byte == quote || quote == nil && isSpace {
                place = .tag
            } else if quote == nil, byte == UInt8(ascii: ">") {
                endTag()
            } else {
                readValue(byte)
            }
        case .beforeValue:
            if isSpace { return }
            urlStart = ""
            isInQuery = false
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                place = .value(quote: byte)
            } else if byte == UInt8(ascii: ">") {
                endTag()
            } else {
                place = .value(quote: nil)
                readValue(byte)
            }
        default:
            if byte == UInt8(ascii: ">") {
                endTag()
            } else if isSpace || byte == UInt8(ascii: "/") {
                isReadingElement = false
                // An equals sign may follow the name at a distance.
                place = .tag
            } else if byte == UInt8(ascii: "=") {
                place = .beforeValue
            } else if isReadingElement {
                element.append(byte | 0x20)
            } else {
                if place != .attributeName { attribute = [] }
                place = .attributeName
                attribute.append((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte)
            }
        }
    }

    private mutating func readValue(_ byte: UInt8) {
        if byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") { isInQuery = true }
        guard let start = urlStart else { return }
        if "/?#:".utf8.contains(byte) {
            urlStart = nil
        } else if byte > 0x20 {
            urlStart = start + String(decoding: [byte], as: UTF8.self)
        }
    }

    private mutating func endTag() {
        isReadingElement = false
        place = .text
        guard !isClosing else { return }
        switch String(decoding: element, as: UTF8.self) {
        case "script", "style": place = .code
        case "title", "textarea": place = .plain
        default: break
        }
    }

    // MARK: Values

    /// A value in the form that is safe where it stands.
    mutating func escaped(_ value: String) -> String {
        switch place {
        case .text, .plain: return HTMLEscaping.text(value)
        case .comment: return ""
        case .code: return HTMLEscaping.refused
        case .tag, .attributeName:
            let isName =
                !value.isEmpty
                && value.utf8.allSatisfy { byte in
                    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                }
            // A name that the template does not say could be one that runs code.
            return isName && !value.lowercased().hasPrefix("on") ? value : HTMLEscaping.refused
        case .beforeValue:
            place = .value(quote: nil)
            urlStart = ""
            isInQuery = false
            return inValue(value, quote: nil)
        case .value(let quote): return inValue(value, quote: quote)
        }
    }

    private mutating func inValue(_ value: String, quote: UInt8?) -> String {
        let written: String
        switch HTMLContext.kind(of: attribute) {
        case .code: written = HTMLEscaping.refused
        case .ordinary: written = value
        case .url: written = url(value)
        }
        return quote == nil ? HTMLEscaping.unquoted(written) : HTMLEscaping.text(written)
    }

    private mutating func url(_ value: String) -> String {
        if isInQuery { return PercentEncoding.encode(value) }
        let whole = (urlStart ?? "/") + value
        guard HTMLEscaping.hasSafeScheme(whole) else { return "#" + HTMLEscaping.refused }
        if value.utf8.contains(where: { "?#".utf8.contains($0) }) { isInQuery = true }
        if let start = urlStart {
            urlStart = value.utf8.contains(where: { "/?#:".utf8.contains($0) }) ? nil : start + value
        }
        return HTMLEscaping.normalizedURL(value)
    }

    static func kind(of attribute: [UInt8]) -> AttributeKind {
        var name = String(decoding: attribute, as: UTF8.self)
        if name.hasPrefix("data-") { name.removeFirst(5) }
        if let colon = name.lastIndex(of: ":") { name = String(name[name.index(after: colon)...]) }
        if name == "style" || name == "srcdoc" || name.hasPrefix("on") { return .code }
        return urls.contains(name) || ["src", "uri", "url"].contains(where: name.contains) ? .url : .ordinary
    }

    /// Attributes whose value is a URL (HTML, section 4, "Attributes").
    private static let urls: Set<String> = [
        "action", "archive", "background", "cite", "classid", "codebase", "data", "formaction", "href", "icon",
        "longdesc", "manifest", "ping", "poster", "profile", "usemap", "xmlns",
    ]
}
