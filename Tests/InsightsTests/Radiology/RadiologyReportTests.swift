import Testing

@testable import Insights

@Suite struct `Radiology reports` {
    private func page(_ lines: [String], number: Int = 1) -> PageWords {
        var words: [Word] = []
        for (index, line) in lines.enumerated() {
            var x = 50.0
            for part in line.split(separator: " ") {
                let width = Double(part.count) * 5
                words.append(
                    Word(
                        text: String(part), left: x, top: 50 + Double(index) * 12, width: width, height: 10,
                        confidence: 1, line: index))
                x += width + 5
            }
        }
        return PageWords(number: number, width: 600, height: 800, words: words)
    }

    @Test func `sections are quoted across pages without what every page repeats`() throws {
        let report = try #require(
            RadiologyReport([
                page([
                    "EXAM: CT HEAD", "FINDINGS", "No bleed is seen in the", "brain.", "Clinic of the City 2024",
                    "Page 1 of 2",
                ]),
                page(
                    [
                        "Ventricles are normal.", "IMPRESSION:", "1. Old infarct in the left", "thalamus.",
                        "2. No bleed.", "Electronically signed by Dr. Roy", "Clinic of the City 2024", "Page 2 of 2",
                    ], number: 2),
            ]))
        #expect(report.examination == "CT HEAD")
        #expect(report.findings == "No bleed is seen in the brain. Ventricles are normal.")
        #expect(report.impressionItems == ["Old infarct in the left thalamus.", "No bleed."])
    }

    @Test(arguments: [
        ["Dear Dr Rao,", "the findings were discussed with her."],
        ["Findings: the room was locked.", "Conclusion: ask the porter."],
        ["IMPRESSION", ""], ["Results", "78 mg/dl"],
    ])
    func `other texts are no radiology report`(lines: [String]) {
        #expect(RadiologyReport([page(lines)]) == nil)
    }

    @Test(arguments: [
        ("No acute abnormality.", true), ("Normal study.", true), ("No fracture. Moderate effusion.", false),
        ("No significant change in the nodule.", false),
        ("Moderate stenosis.", false), ("No interval growth of the mass.", false), ("There is no effusion", true),
    ])
    func `only a plain absence counts as unremarkable`(item: String, isUnremarkable: Bool) {
        #expect(RadiologyReport.isUnremarkable(item) == isUnremarkable)
    }
}
