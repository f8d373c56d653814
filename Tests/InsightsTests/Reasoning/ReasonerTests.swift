import Core
import Testing

@testable import Insights

@Suite struct `Reasoned insights` {
    private func document(_ name: String, _ category: CaseDocument.Category = .lab) -> CaseDocument {
        CaseDocument(id: "f1", category: category, fileName: name, mediaType: "application/pdf", path: "/x/\(name)")
    }

    private func value(
        _ name: String, _ value: String, _ unit: String, _ range: String, _ status: LabValue.Status,
        confidence: Double = 0.95
    ) -> LabValue {
        LabValue(
            name: name, value: value, unit: unit, referenceRange: range, status: status, page: 1, confidence: confidence
        )
    }

    private func reading(_ values: [LabValue], uncertain: [DocumentReading.UncertainRow] = [], name: String = "a.pdf")
        -> DocumentReading
    {
        var reading = DocumentReading(
            text: "t", labValues: values, uncertainRows: uncertain, confidence: 0, method: .opticalRecognition, pages: 1
        )
        reading.conclude(document(name), textCertainty: 0.9, impressionItems: [])
        return reading
    }

    private func imaging(_ items: [String]) -> DocumentReading {
        var reading = DocumentReading(
            text: "t", impressions: items.joined(separator: "\n"), examination: "MRI CERVICAL SPINE", confidence: 0,
            method: .textLayer, pages: 1)
        reading.conclude(document("mri.pdf"), textCertainty: 0.95, impressionItems: items)
        return reading
    }

    private let mixed = [
        ("MCV", "82.1", "fl", "83.0-101.0", LabValue.Status.low), ("Creatinine", "0.86", "mg/dl", "0.90-1.30", .low),
        ("Sodium", "139", "mmol/l", "136-145", .normal),
    ]

    @Test func `the heaviest out-of-range value leads and every finding names its source`() {
        let values = mixed.reversed().map { value($0.0, $0.1, $0.2, $0.3, $0.4) }
        let insight = Reasoner().insight(
            patient: adult, notes: nil, readings: [(document("a.pdf"), .read(reading(values)))])
        #expect(
            insight.keyFindings == [
                "Microcytosis: MCV 82.1 fl, below 83.0-101.0 (a.pdf, page 1)",
                "Low creatinine: Creatinine 0.86 mg/dl, below 0.90-1.30 (a.pdf, page 1)",
            ])
        #expect(insight.primaryDiagnosis == "Microcytosis (MCV 82.1 fl, below 83.0-101.0)")
        #expect(insight.icdCode == "R71.8")
        #expect(insight.diagnosisConfidence <= 0.5)
        #expect(insight.supportingEvidence.count == 2)
        #expect(insight.soapPlan.contains("consider repeating"))
        #expect(!insight.soapPlan.contains("Sodium"))
    }

    @Test func `a critical value outranks everything, also a stated impression`() {
        let values = [
            value("Troponin I", "90", "ng/L", "<17.5", .high),
            value("Basophils Absolute", "8.8", "/cumm", "20-100", .critical),
        ]
        let insight = Reasoner().insight(
            patient: adult, notes: "n",
            readings: [
                (document("mri.pdf"), .read(imaging(["1. Disc protrusion."]))),
                (document("a.pdf"), .read(reading(values))),
            ])
        #expect(insight.keyFindings.first?.hasPrefix("Low basophil count: Basophils Absolute 8.8") == true)
        #expect(insight.icdCode == "D72.818")
        #expect(insight.soapPlan.contains("without delay"))
    }

    @Test func `a stated impression is quoted, not interpreted`() {
        let items = ["1. No fracture.", "2. Severe disc disease at C5-6."]
        let insight = Reasoner().insight(
            patient: adult, notes: nil,
            readings: [
                (document("mri.pdf"), .read(imaging(items))),
                (document("a.pdf"), .read(reading(mixed.map { value($0.0, $0.1, $0.2, $0.3, $0.4) }))),
            ])
        #expect(
            insight.primaryDiagnosis
                == "As stated in the radiology report (MRI CERVICAL SPINE): Severe disc disease at C5-6.")
        #expect(insight.icdCode == "R93.7")
        #expect(insight.keyFindings.first == "Radiology impression as stated: Severe disc disease at C5-6. (mri.pdf)")
    }

    @Test func `nothing abnormal is said as such`() {
        let insight = Reasoner().insight(
            patient: adult, notes: nil,
            readings: [(document("a.pdf"), .read(reading([value("Sodium", "139", "mmol/l", "136-145", .normal)])))])
        #expect(insight.primaryDiagnosis == "No abnormality documented")
        #expect(insight.icdCode == "Z01.89")
        #expect(insight.keyFindings == ["No abnormality is documented in the files that were read."])
        #expect(insight.diagnosisConfidence < 0.5)
    }

    @Test func `without anything readable nothing is claimed`() {
        let stored = DocumentReading.uninterpreted(
            document("x.jpg", .radiology), what: "Image of 10 x 10 pixels", examination: "")
        let insight = Reasoner().insight(
            patient: adult, notes: nil,
            readings: [
                (document("x.jpg", .radiology), .read(stored)),
                (document("b.pdf"), .failed(reason: ReadingError.damaged.reason)),
            ])
        #expect(insight.icdCode == "R69")
        #expect(insight.diagnosisConfidence == 0 && insight.overallConfidence == 0)
        #expect(insight.keyFindings.isEmpty)
        #expect(insight.radiologySummary.contains("not interpreted"))
        #expect(insight.comprehensiveSummary.contains("b.pdf could not be read: The file is damaged"))
        #expect(insight.soapPlan.contains("have it read by a radiologist"))
        let empty = Reasoner().insight(patient: adult, notes: "  ", readings: [])
        #expect(
            empty.icdCode == "R69" && empty.overallConfidence == 0 && empty.labSummary.isEmpty
                && empty.doctorNotes == "  ")
    }

    @Test(arguments: [
        "neck {pain} for \"2 months\"", "{{ patient.name }} \\(x) %s $1 {0}", "line\nline\u{1F600}",
        "</script><b>'; drop table cases;--",
    ])
    func `notes pass verbatim`(notes: String) {
        let insight = Reasoner().insight(patient: adult, notes: notes, readings: [])
        #expect(insight.doctorNotes == notes)
        #expect(insight.soapSubjective.hasSuffix(notes))
        #expect(insight.comprehensiveSummary.contains(notes))
    }

    @Test func `uncertain rows and doubtful values ask for a look at the paper`() {
        let values = [value("Potassium", "6.9", "mmol/l", "3.5-5.1", .high, confidence: 0.5)]
        let insight = Reasoner().insight(
            patient: adult, notes: nil,
            readings: [(document("a.pdf"), .read(reading(values, uncertain: [.init(name: "UREA", page: 2)])))])
        #expect(
            insight.keyFindings == [
                "Hyperkalaemia: Potassium 6.9 mmol/l, above 3.5-5.1 (a.pdf, page 1; read with low certainty, please check)",
                "UREA could not be read for certain, please check (a.pdf, page 2)",
            ])
        #expect(insight.icdCode == "E87.5")
        #expect(insight.diagnosisConfidence < 0.3)
    }

    @Test(arguments: [
        ("Neutrophils", "%", -1, "D72.89"), ("Neutrophil Absolute", "/cumm", -1, "D70.9"),
        ("Mean Corpuscular Hemoglobin", "pg", -1, "R71.8"),
        ("HbA1c (Glycated Hemoglobin)", "%", 1, "R73.09"), ("Urine Glucose", "", 1, "R81"),
        ("BUN/Creatinine Ratio", "", 1, "R89.9"),
        ("SGPT (ALT)", "U/L", 1, "R74.01"), ("Serum Uric Acid", "mg/dl", 1, "E79.0"),
        ("Unheard of test", "U/L", 1, "R89.9"), ("TLC", "/cumm", 1, "D72.829"),
        ("Platelet Count", "/cumm", -1, "D69.6"), ("Salt", "g", 1, "R89.9"),
    ])
    func `a finding is coded by the words of its name`(name: String, unit: String, direction: Int, code: String) {
        #expect(FindingLabel.of(name: name, unit: unit, direction: direction).code == code)
    }

    @Test func `every code in the catalogue is shaped like ICD-10-CM`() {
        let labels =
            (FindingCatalogue.blood + FindingCatalogue.urine).flatMap { [$0.low, $0.high].compactMap { $0 } } + [
                .unnamed
            ]
        #expect(labels.count > 50)
        for label in labels {
            #expect(label.code.wholeMatch(of: /[A-Z][0-9][0-9](\.[0-9]{1,4})?/) != nil)
            #expect(!label.codeTitle.isEmpty && label.weight > 0)
        }
    }

    @Test func `readings and insights survive saving`() throws {
        let full = reading(mixed.map { value($0.0, $0.1, $0.2, $0.3, $0.4) }, uncertain: [.init(name: "U", page: 3)])
        for original in [full, imaging(["a", "b"]), .uninterpreted(document("x"), what: "Image", examination: "CR")] {
            #expect(DocumentReading(json: try JSON(parsing: original.json.bytes)) == original)
        }
        let insight = Reasoner().insight(patient: adult, notes: "n", readings: [(document("a.pdf"), .read(full))])
        #expect(Insight(json: try JSON(parsing: insight.json.bytes)) == insight)
        #expect(
            Insight(json: ["x": 1]) == nil && DocumentReading(json: [:]) == nil && LabValue(json: ["name": "x"]) == nil)
        #expect(full.labValues[0].json["value"] == .string("82.1"))
        #expect(insight.json["overall_confidence_score"]?.double == insight.overallConfidence)
    }

    @Test func `the same case always gives the same insight`() {
        let readings: [(document: CaseDocument, outcome: ReadingOutcome)] = [
            (document("a.pdf"), .read(reading(mixed.map { value($0.0, $0.1, $0.2, $0.3, $0.4) })))
        ]
        #expect(
            Reasoner().insight(patient: adult, notes: "n", readings: readings)
                == Reasoner().insight(patient: adult, notes: "n", readings: readings))
    }

    @Test func `descriptions hide patients and file names`() {
        #expect(!"\(adult) \(String(reflecting: adult))".contains("Asha"))
        var dumped = ""
        dump(adult, to: &dumped)
        dump(document("secret-name.pdf"), to: &dumped)
        #expect(!dumped.contains("Asha") && !dumped.contains("secret-name"))
    }
}
