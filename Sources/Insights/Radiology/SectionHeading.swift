/// The headings that divide a radiology report.
enum SectionHeading: Sendable, Hashable {
    case examination, history, comparison, technique, findings, impression, recommendation, other

    /// The heading a line consists of or begins with ("FINDINGS", "Impression: ...") and the rest of the line.
    static func heading(of line: String) -> (SectionHeading, rest: String)? {
        let colon = line.firstIndex(of: ":")
        let label = (colon.map { line[..<$0] } ?? line[...]).trimmed { $0.isWhitespace || "[]*#._-".contains($0) }
        guard label.count <= 40, let heading = headings[label.lowercased()] else { return nil }
        // Without a colon only a line that is nothing but the heading counts, and only as a heading is written.
        if colon == nil, label.first?.isUppercase != true { return nil }
        let rest = colon.map { line[line.index(after: $0)...].trimmed(\.isWhitespace) } ?? ""
        return (heading, rest)
    }

    private static let headings: [String: SectionHeading] = [
        "exam": .examination, "examination": .examination, "procedure": .examination, "study": .examination,
        "exam description": .examination, "type of exam": .examination,
        "clinical information": .history, "clinical history": .history, "history": .history, "indication": .history,
        "indications": .history, "reason for exam": .history, "clinical indication": .history,
        "clinical details": .history,
        "comparison": .comparison, "comparisons": .comparison, "prior studies": .comparison,
        "technique": .technique, "protocol": .technique, "contrast": .technique, "sequences": .technique,
        "findings": .findings, "finding": .findings, "observations": .findings, "report": .findings,
        "level by level analysis": .findings, "other findings": .findings,
        "impression": .impression, "impressions": .impression, "conclusion": .impression, "conclusions": .impression,
        "opinion": .impression, "interpretation": .impression,
        "recommendation": .recommendation, "recommendations": .recommendation, "advice": .recommendation,
        "patient": .other, "dob": .other, "file #": .other, "physician": .other, "date": .other,
        "referring physician": .other, "mrn": .other, "accession": .other, "age": .other, "sex": .other,
        "patient name": .other, "name": .other, "disclaimer": .other, "note": .other,
    ]

    /// The signature or another end of the report's text.
    static func isClosing(_ line: String) -> Bool {
        let lowered = line.lowercased()
        if lowered.hasPrefix("dr.") || lowered.hasPrefix("dr ") || lowered.hasPrefix("[") { return true }
        if lowered.contains("electronically signed") || lowered.contains("end of report") { return true }
        let starts = [
            "signed", "reported by", "dictated", "transcribed", "board certified", "consultant radiologist",
            "report approved",
        ]
        return starts.contains(where: lowered.hasPrefix)
    }
}
