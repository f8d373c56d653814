import Core
import FoundationEssentials
import Testing

@testable import Insights

@Suite(.enabled(if: Samples.areThere, "the shared sample documents are absent")) struct `Sample reports` {
    /// Written down by hand from the three printed pages: name, value, unit, range, mark, page.
    private static let truth: [(String, String, String, String, LabValue.Status, Int)] = [
        ("Plasma GLUCOSE- Random (Hexokinase)", "78", "mg/dl", "70-140", .normal, 1),
        ("BUN (Urease/GLDH)", "9.81", "mg/dl", "6.00-20.00", .normal, 1),
        ("SERUM CREATININE (mod.Jaffe)", "0.86", "mg/dl", "0.90-1.30", .low, 1),
        ("*eGFR(Calculated)", "115.5", "ml/min/1.73sq.m", ">60.0", .normal, 1),
        ("SERUM SODIUM (Indirect ISE)", "139.0", "mmol/l", "136.0-145.0", .normal, 1),
        ("SERUM POTASSIUM (Indirect ISE)", "4.01", "mmol/l", "3.50-5.10", .normal, 1),
        ("SERUM CHLORIDE (Indirect ISE)", "104.7", "mmol/L", "98.0-107.0", .normal, 1),
        ("SERUM BICARBONATE(Enzymatic PEP-MD)", "24.4", "mmol/L", "21.0-31.0", .normal, 1),
        ("UREA", "21.0", "mg/dl", "17.0-43.0", .normal, 1),
        ("Troponin-I High sensitivity (hs -TnI)", "1.30", "ng/L", "<17.50", .normal, 2),
        ("WBC Count(TC) (Coulter Principle)", "8800", "/cu.mm", "4400-11000", .normal, 3),
        ("RBC Count (Electrical impedance)", "5.37", "million/cu.mm", "4.50-5.50", .normal, 3),
        ("Haemoglobin (Photometric)", "15.1", "g/dl", "13.0-17.0", .normal, 3),
        ("Haematocrit (Calculated)", "44.1", "%", "40.0-50.0", .normal, 3),
        ("MCV (Derived)", "82.1", "fl", "83.0-101.0", .low, 3),
        ("MCH (Calculated)", "28.2", "pg", "27.0-32.0", .normal, 3),
        ("MCHC (Calculated)", "34.3", "g/dl", "31.5-34.5", .normal, 3),
        ("Platelet Count (Electrical impedance)", "188000", "/ cu.mm", "150000-400000", .normal, 3),
        ("RDW (CV) (Derived)", "14.0", "%", "11.6-14.0", .normal, 3),
        ("MPV (Derived)", "11.00", "fL", "7.00-12.00", .normal, 3),
        ("Neutrophils", "63.1", "%", "40.0-75.0", .normal, 3),
        ("Lymphocytes", "30.5", "%", "20.0-45.0", .normal, 3),
        ("Monocytes", "6.0", "%", "2.0-10.0", .normal, 3),
        ("Eosinophils", "0.3", "%", "0.0-7.0", .normal, 3),
        ("Basophils", "0.1", "%", "0.0-1.0", .normal, 3),
        ("Neutrophil Absolute", "5552.8", "/cu mm", "2000.0-7000.0", .normal, 3),
        ("Lymphocyte Absolute", "2684.0", "/cu mm", "1000.0-3000.0", .normal, 3),
        ("Monocyte Absolute", "528.0", "/cu mm", "200.0-1000.0", .normal, 3),
        ("Eosinophil Absolute", "26.4", "/cu mm", "20.0-500.0", .normal, 3),
        ("Basophil Absolute", "8.8", "/cu mm", "20.0-100.0", .low, 3),
    ]

    private static func described(_ value: LabValue) -> String {
        // Spaces inside a name or unit are a matter of glyph distance on paper, not of content.
        [
            value.name.withoutSpaces, value.value, value.unit.withoutSpaces, value.referenceRange,
            value.status.rawValue, "\(value.page)",
        ]
        .joined(separator: " | ")
    }

    @Test func `all thirty values of the scanned report come out as printed and nothing else`() async throws {
        let reading = try await Reader(configuration: InsightsConfig())
            .read(Samples.document(Samples.path("investigationlabreports.pdf")), patient: adult)
        let expected = Self.truth.map {
            LabValue(name: $0.0, value: $0.1, unit: $0.2, referenceRange: $0.3, status: $0.4, page: $0.5, confidence: 1)
        }
        #expect(reading.labValues.map(Self.described) == expected.map(Self.described))
        #expect(reading.uncertainRows.isEmpty)
        #expect(reading.method == .opticalRecognition)
        #expect(reading.pages == 3)
        #expect(reading.keyAbnormalities.count == 3)
        let insight = Reasoner().insight(
            patient: adult, notes: nil, readings: [(Samples.document("/x/r.pdf"), .read(reading))])
        #expect(insight.keyFindings.count == 3)
    }

    @Test func `the spine report is quoted and yields no measurement`() async throws {
        let document = Samples.document(Samples.path("cervical-spine-mri-sample-report-1.pdf"))
        let reading = try await Reader(configuration: InsightsConfig()).read(document, patient: adult)
        #expect(reading.labValues.isEmpty)
        #expect(reading.method == .textLayer)
        #expect(reading.impressions.split(separator: "\n").count == 4)
        #expect(
            reading.impressions.hasPrefix(
                "1. Multilevel degenerative disease and facet arthropathy as detailed above, most severe from C4-5 through C6-7."
            ))
        #expect(reading.impressions.hasSuffix("which is likely reactive."))
        #expect(!reading.findings.contains("NationalRad"))
        let insight = Reasoner().insight(
            patient: adult, notes: "neck {pain} \"2 months\"", readings: [(document, .read(reading))])
        #expect(insight.icdCode == "R93.7")
    }

    @Test func `the radiograph is kept and said to be uninterpreted`() async throws {
        let document = Samples.document(Samples.path("radiology.jpeg"), .radiology, type: "image/jpeg")
        let reading = try await Reader(configuration: InsightsConfig()).read(document, patient: adult)
        #expect(reading.labValues.isEmpty)
        #expect(reading.findings.isEmpty && reading.impressions.isEmpty && reading.keyAbnormalities.isEmpty)
        #expect(reading.method == .none)
        #expect(reading.confidence == 0)
        #expect(reading.summary.contains("not interpreted"))
    }
}
