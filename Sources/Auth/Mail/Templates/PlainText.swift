/// What an HTML mail says to a reader of plain text: for templates of the operator's, which have no text form.
enum PlainText {
    static func of(html: String) -> String {
        var writer = Writer()
        var rest = Substring(html)
        while let open = rest.firstIndex(of: "<") {
            writer.write(rest[..<open])
            rest = rest[open...]
            if rest.hasPrefix("<!--") {
                guard let end = rest.firstRange(of: "-->") else { return writer.text }
                rest = rest[end.upperBound...]
                continue
            }
            guard let close = tagEnd(rest) else { break }
            writer.tag(rest[rest.index(after: rest.startIndex)..<close])
            rest = rest[rest.index(after: close)...]
        }
        writer.write(rest)
        return writer.text
    }

    /// The `>` that ends a tag; those in quotes do not.
    private static func tagEnd(_ text: Substring) -> Substring.Index? {
        var quote: Character?
        for index in text.indices {
            let character = text[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == ">" {
                return index
            }
        }
        return nil
    }

    private struct Writer {
        private var lines: [String] = [""]
        private var hidden: String?
        private var link: String?

        mutating func write(_ text: Substring) {
            guard hidden == nil else { return }
            for word in PlainText.unescaped(text).split(whereSeparator: \.isWhitespace) {
                let needsSpace = !(lines[lines.count - 1].isEmpty)
                lines[lines.count - 1] += (needsSpace ? " " : "") + word
            }
        }

        mutating func tag(_ tag: Substring) {
            let name = tag.prefix { !$0.isWhitespace && $0 != ">" }.lowercased()
            if let hiding = hidden {
                if name == "/" + hiding { hidden = nil }
                return
            }
            switch name {
            case "script", "style", "head", "title": hidden = name
            case "a": link = PlainText.attribute("href", of: tag)
            case "/a":
                if let link, !link.isEmpty { lines[lines.count - 1] += " <\(link)>" }
                link = nil
            case "br", "br/", "li", "tr", "hr": newLine()
            case "p", "/p", "div", "/div", "h1", "h2", "h3", "h4", "/h1", "/h2", "/h3", "/h4", "table", "/table", "ul",
                "/ul", "ol", "/ol", "blockquote", "/blockquote":
                paragraph()
            default: break
            }
        }

        private mutating func newLine() { lines.append("") }

        private mutating func paragraph() {
            if lines.count >= 2, lines[lines.count - 1].isEmpty, lines[lines.count - 2].isEmpty { return }
            if lines[lines.count - 1].isEmpty {
                if lines.count > 1 { lines.append("") }
            } else {
                lines += ["", ""]
            }
        }

        var text: String {
            let kept = lines.drop(while: \.isEmpty).reversed().drop(while: \.isEmpty).reversed()
            return kept.joined(separator: "\n") + "\n"
        }
    }

    private static func attribute(_ name: String, of tag: Substring) -> String? {
        guard let range = tag.lowercased().firstRange(of: name + "=") else { return nil }
        // Lower case can have another length in other scripts, so the place is counted, not reused.
        let offset = tag.lowercased().distance(from: tag.lowercased().startIndex, to: range.upperBound)
        let rest = tag.dropFirst(offset)
        guard let quote = rest.first, quote == "\"" || quote == "'" else {
            return unescaped(rest.prefix { !$0.isWhitespace })
        }
        return unescaped(rest.dropFirst().prefix { $0 != quote })
    }

    private static func unescaped(_ text: Substring) -> String {
        guard text.contains("&") else { return String(text) }
        var output = ""
        var rest = text
        while let start = rest.firstIndex(of: "&") {
            output += rest[..<start]
            rest = rest[start...]
            // The longest entity that mails use has eight characters.
            guard let end = rest.prefix(10).firstIndex(of: ";"),
                let character = entity(rest[rest.index(after: rest.startIndex)..<end])
            else {
                output.append("&")
                rest = rest.dropFirst()
                continue
            }
            output += character
            rest = rest[rest.index(after: end)...]
        }
        return output + rest
    }

    private static func entity(_ name: Substring) -> String? {
        if name.hasPrefix("#") {
            let digits = name.dropFirst()
            let code = digits.first == "x" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            return code.flatMap(Unicode.Scalar.init).map { String(Character($0)) }
        }
        return ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " "][String(name)]
    }
}
