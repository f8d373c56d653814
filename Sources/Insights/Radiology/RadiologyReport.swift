/// The sections of a written radiology report, quoted as they stand.
struct RadiologyReport: Sendable, Hashable {
    var examination = ""
    var findings = ""
    var impressions = ""
    /// The impression's numbered items or sentences' paragraphs.
    var impressionItems: [String] = []

    /// Nil unless the pages hold a section headed FINDINGS or IMPRESSION and a further sign of a radiology report.
    init?(_ pages: [PageWords]) {
        let lines = ReportLine.lines(of: pages)
        var sections: [SectionHeading: [ReportLine]] = [:]
        var current: SectionHeading?
        for line in lines {
            if let (heading, rest) = SectionHeading.heading(of: line.text) {
                current = heading
                if !rest.isEmpty { sections[heading, default: []].append(ReportLine(text: rest, opensParagraph: true)) }
                if sections[heading] == nil { sections[heading] = [] }
            } else if SectionHeading.isClosing(line.text) {
                current = nil
            } else if let current {
                sections[current, default: []].append(line)
            }
        }
        guard sections[.findings] != nil || sections[.impression] != nil, Self.isRadiology(lines, sections) else {
            return nil
        }
        examination = ReportLine.paragraphs(sections[.examination] ?? []).first ?? ""
        findings = ReportLine.paragraphs(sections[.findings] ?? []).joined(separator: "\n")
        impressionItems = ReportLine.paragraphs(sections[.impression] ?? []).map(Self.withoutNumber)
        impressions = ReportLine.paragraphs(sections[.impression] ?? []).joined(separator: "\n")
        if findings.isEmpty && impressions.isEmpty { return nil }
    }

    private static func isRadiology(_ lines: [ReportLine], _ sections: [SectionHeading: [ReportLine]]) -> Bool {
        if sections[.technique] != nil || sections[.comparison] != nil { return true }
        let text = lines.map(\.text).joined(separator: " ").lowercased()
        let words = Set(text.split { !$0.isLetter && $0 != "-" }.map(String.init))
        return !words.isDisjoint(with: modalities)
    }

    private static let modalities: Set<String> = [
        "mri", "ct", "radiograph", "radiographs", "radiography", "radiology", "radiologist", "x-ray", "xray",
        "ultrasound", "usg", "sonography", "mammogram", "mammography", "tomography", "fluoroscopy", "pet-ct",
        "scintigraphy", "angiography", "cxr", "hrct",
    ]

    /// Without the number of a list item.
    static func withoutNumber(_ item: String) -> String {
        let digits = item.prefix { $0.isASCIIDigit }
        let rest = item.dropFirst(digits.count)
        guard (1...2).contains(digits.count), let mark = rest.first, mark == "." || mark == ")" else { return item }
        return rest.dropFirst().trimmed(\.isWhitespace)
    }

    /// An item that states the absence of something wrong.
    static func isUnremarkable(_ item: String) -> Bool {
        let lowered = item.lowercased()
        let starts = [
            "no ", "normal", "unremarkable", "negative", "within normal", "essentially normal", "there is no ",
        ]
        guard starts.contains(where: lowered.hasPrefix) else { return false }
        // "No fracture. Moderate effusion." states something after all, and so may "No change in the nodule".
        let turns = ["however", " but ", "except", "change", "interval", "progress", "resol", "significant"]
        return lowered.split(separator: ".").count <= 1 && !turns.contains(where: lowered.contains)
    }
}
