extension MediaType {
    /// The types of an `Accept` header, best first: by quality, then by how specific they are, then as written.
    static func accepted(_ header: String) -> [MediaType] {
        // What nearly every client sends.
        if header == "application/json" { return [.json] }
        if header == "*/*" { return [.any] }
        let ranges = header.split(separator: ",", omittingEmptySubsequences: false).prefix(RequestLimits.listedMax)
        let ranked = ranges.enumerated().map { (place: $0.offset, range: AcceptRange($0.element)) }
        let sorted = ranked.sorted { left, right in
            let (first, second) = (left.range, right.range)
            if first.quality != second.quality { return first.quality > second.quality }
            if first.specificity != second.specificity { return first.specificity > second.specificity }
            return left.place < right.place
        }
        return sorted.map { MediaType($0.range.text) }
    }

    /// One part of an `Accept` header.
    private struct AcceptRange {
        /// Without blanks and without the quality and what follows it.
        let text: String
        let quality: Double
        /// Parameters count for, asterisks against.
        let specificity: Int

        init(_ part: Substring) {
            var dense = String()
            dense.unicodeScalars.append(contentsOf: part.unicodeScalars.filter { $0 != " " })
            let pieces = dense.split(separator: ";q=", maxSplits: 1, omittingEmptySubsequences: false)
            text = String(pieces[0])
            quality = pieces.count > 1 ? AcceptRange.quality(pieces[1]) : 1
            specificity = text.utf8.reduce(0) { sum, byte in
                sum + (byte == UInt8(ascii: ";") ? 1 : byte == UInt8(ascii: "*") ? -1 : 0)
            }
        }

        /// What is no number counts as 1.
        private static func quality(_ text: Substring) -> Double {
            let number = Double(text.prefix { $0 != ";" }) ?? 1
            return number.isFinite ? number : 1
        }
    }

    /// A `Content-Type` or one part of an `Accept` header. What is not understood is ``other(_:)``.
    init(_ text: String) {
        if text == "application/json" {
            self = .json
            return
        }
        guard let parts = MediaTypeParts(text) else {
            self = .other(text)
            return
        }
        switch parts.type + "/" + parts.subtype {
        case "application/json": self = .json
        case "application/geo+json": self = .geoJSON
        case "text/csv": self = .csv
        case "text/plain": self = .text
        case "text/xml": self = .xml
        case "application/openapi+json": self = .openAPI
        case "application/x-www-form-urlencoded": self = .form
        case "application/octet-stream": self = .octetStream
        case "application/vnd.pgrst.plan", "application/vnd.pgrst.plan+text": self = .plan(parts, .text)
        case "application/vnd.pgrst.plan+json": self = .plan(parts, .json)
        case "application/vnd.pgrst.object", "application/vnd.pgrst.object+json":
            self = .singular(stripsNulls: parts.stripsNulls)
        case "application/vnd.pgrst.array", "application/vnd.pgrst.array+json":
            self = parts.stripsNulls ? .strippedArray : .json
        case "*/*": self = .any
        default: self = .other(text)
        }
    }

    /// A plan of a plan, of whatever depth, is a plan of JSON: nothing else could answer it.
    private static func plan(_ parts: MediaTypeParts, _ format: PlanFormat) -> MediaType {
        let options = parts["options"].map { $0.split(separator: "|") } ?? []
        let known = Set(options.compactMap { PlanOption(rawValue: String($0)) })
        let subject = parts["for"].flatMap(MediaTypeParts.init)
        guard let subject, !subject.subtype.hasPrefix("vnd.pgrst.plan"), let text = parts["for"] else {
            return .plan(of: parts["for"].map(unplanned) ?? .json, format, known)
        }
        return .plan(of: MediaType(text), format, known)
    }

    private static func unplanned(_ text: String) -> MediaType {
        MediaTypeParts(text) == nil ? .other(text) : .json
    }
}

/// `type/subtype;name=value;…`, names in lower case.
struct MediaTypeParts {
    let type: String
    let subtype: String
    /// A later value of a name replaces an earlier one.
    private let parameters: [String: String]

    subscript(name: String) -> String? { parameters[name] }
    var stripsNulls: Bool { self["nulls"] == "stripped" }

    /// Nil for what is no media type. Parameters are read up to the first malformed one.
    init?(_ text: String) {
        var reader = QueryReader(text, explains: false)
        guard let type = reader.tried({ (reader) throws(SyntaxStop) in try MediaTypeParts.word(&reader, also: ".*") }),
            reader.has(word: "/"),
            let subtype = reader.tried({ (reader) throws(SyntaxStop) in
                try MediaTypeParts.word(&reader, also: ".*+-")
            })
        else { return nil }
        var parameters: [String: String] = [:]
        while let (name, value) = reader.tried(MediaTypeParts.parameter) { parameters[name.lowercased()] = value }
        self.type = type.lowercased()
        self.subtype = subtype.lowercased()
        self.parameters = parameters
    }

    private static func word(_ reader: inout QueryReader, also others: String) throws(SyntaxStop) -> String {
        let start = reader.position
        func belongs(_ scalar: Unicode.Scalar) -> Bool {
            Grammar.isLetter(scalar) || Grammar.isDigit(scalar)
                || others.unicodeScalars.contains(scalar)
        }
        _ = try reader.take(where: belongs)
        _ = reader.takeAll(where: belongs)
        return reader.text(start..<reader.position)
    }

    private static func blanks(_ reader: inout QueryReader) { _ = reader.takeAll(where: Grammar.isWhiteSpace) }

    private static func parameter(_ reader: inout QueryReader) throws(SyntaxStop) -> (String, String) {
        blanks(&reader)
        try reader.take(";")
        blanks(&reader)
        let name = try word(&reader, also: "-")
        blanks(&reader)
        try reader.take("=")
        blanks(&reader)
        let value = reader.tried { (reader) throws(SyntaxStop) in
            try reader.take("\"")
            let inside = reader.takeAll { $0 != "\"" }
            try reader.take("\"")
            return reader.text(inside)
        }
        if let value { return (name, value) }
        return (name, try word(&reader, also: "|-"))
    }
}
