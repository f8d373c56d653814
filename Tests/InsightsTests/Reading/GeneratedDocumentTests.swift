import Core
import Testing

@testable import Insights

@Suite struct `Generated documents` {
    private static let table = TestPDF(rows: [
        [(60, "City Laboratory")], [(60, "Patient: A. Rao"), (350, "Age: 45 Years")],
        [(60, "Test Name"), (230, "Result"), (300, "Flag"), (350, "Units"), (430, "Biological Reference Interval")],
        [(60, "HAEMATOLOGY")],
        [(60, "Haemoglobin"), (230, "10.2"), (300, "L"), (350, "g/dL"), (430, "Male: 13.0 - 17.0")],
        [(430, "Female: 12.0 - 15.0")],
        [(60, "Total WBC Count"), (230, "7,400"), (350, "/cumm"), (430, "4,000 - 11,000")],
        [(60, "Platelet Count"), (230, "1,50,000"), (350, "/cumm"), (430, "1,50,000 - 4,50,000")],
        [(60, "BIOCHEMISTRY")],
        [(60, "Serum Potassium"), (230, "6.9"), (300, "HH"), (350, "mmol/L"), (430, "3.50 - 5.10")],
        [(60, "C Reactive Protein"), (230, "<0.50"), (350, "mg/L"), (430, "Up to 5.0")],
        [(60, "HDL Cholesterol"), (230, "52"), (350, "mg/dL"), (430, "> 40")],
        [(60, "HBsAg"), (230, "Non Reactive"), (430, "Non Reactive")],
        [(60, "Urine Protein"), (230, "Trace"), (430, "Nil")],
        [(60, "pH"), (230, "7.30"), (430, "7.35 - 7.45")],
        [(60, "This report is to be correlated clinically. Page 1 of 1")],
    ])

    private static let expected = [
        "Haemoglobin = 10.2 [g/dL] {Male: 13.0 - 17.0 Female: 12.0 - 15.0} low",
        "Total WBC Count = 7,400 [/cumm] {4,000 - 11,000} normal",
        "Platelet Count = 1,50,000 [/cumm] {1,50,000 - 4,50,000} normal",
        "Serum Potassium = 6.9 [mmol/L] {3.50 - 5.10} critical", "C Reactive Protein = <0.50 [mg/L] {Up to 5.0} normal",
        "HDL Cholesterol = 52 [mg/dL] {> 40} normal", "HBsAg = Non Reactive [] {Non Reactive} normal",
        "Urine Protein = Trace [] {Nil} abnormal", "pH = 7.30 [] {7.35 - 7.45} low",
    ]

    @Test func `a table with a text layer is read exactly`() async throws {
        let reading = try await read(Self.table.bytes)
        #expect(reading.labValues.map(line) == Self.expected)
        #expect(reading.method == .textLayer)
        #expect(reading.text?.hasSuffix("\n" + String(repeating: "=", count: 80) + "\n") == true)
        #expect(reading.text?.contains("7.30") == true)
        #expect(reading.confidence > 0.9)
    }

    @Test func `the same table printed and scanned gives the same values`() async throws {
        let reading = try await read(try await scanned(Self.table.bytes))
        #expect(reading.method == .opticalRecognition)
        // Where recognition is not certain a row may be missing, but then it is named; what is stated is right.
        let spaceless = Set(Self.expected.map(\.withoutSpaces))
        for value in reading.labValues { #expect(spaceless.contains(line(value).withoutSpaces)) }
        #expect(reading.labValues.count + reading.uncertainRows.count >= Self.expected.count - 1)
        #expect(reading.labValues.count >= Self.expected.count - 2)
    }

    @Test func `a range by sex stays undecided for a patient whose sex is not recorded`() async throws {
        let reading = try await read(Self.table.bytes, patient: Patient(name: "X", age: 45, gender: "Transgender"))
        // The printed mark still says low.
        #expect(reading.labValues.first?.status == .low)
        let male = TestPDF(rows: [
            [(60, "Test"), (230, "Value"), (300, "Unit"), (380, "Reference Range")],
            [(60, "Haemoglobin"), (230, "12.5"), (300, "g/dL"), (380, "Male: 13-17 Female: 12-15")],
        ])
        let unknown = try await read(male.bytes, patient: Patient(name: "X", age: 45, gender: "Transgender"))
        #expect(unknown.labValues.map(\.status) == [.unknown])
        let man = try await read(male.bytes, patient: Patient(name: "X", age: 45, gender: "Male"))
        #expect(man.labValues.map(\.status) == [.low])
    }

    @Test func `a monospaced report without a header is read from its rows, scanned too`() async throws {
        let rows = [
            "RENAL PANEL", "SERUM CREATININE (Jaffe)      0.86 #   mg/dl        [0.90-1.30]",
            "SERUM SODIUM (ISE)            139.0    mmol/l       [136.0-145.0]",
            "eGFR (Calculated)             115.5    ml/min       [>60.0]",
            "UREA                          21.0     mg/dl        [17.0-43.0]",
            "Note: eGFR is less accurate below 18 years of age.",
        ]
        let pdf = TestPDF(rows: rows.map { [(40, $0)] }, font: "F2").bytes
        let expected = [
            "SERUM CREATININE (Jaffe) = 0.86 [mg/dl] {0.90-1.30} low",
            "SERUM SODIUM (ISE) = 139.0 [mmol/l] {136.0-145.0} normal",
            "eGFR (Calculated) = 115.5 [ml/min] {>60.0} normal", "UREA = 21.0 [mg/dl] {17.0-43.0} normal",
        ]
        #expect(try await read(pdf).labValues.map(line) == expected)
        let scan = try await read(try await scanned(pdf))
        #expect(scan.labValues.map { line($0).withoutSpaces } == expected.map(\.withoutSpaces))
    }

    @Test(arguments: [1, 2, 3])
    func `of a random scanned table no value is stated wrongly and no row is passed over`(seed: UInt64) async throws {
        var random = Seeded(seed)
        let names = [
            "Glucose", "Serum Sodium", "MCV (Derived)", "SGPT (ALT)", "Haemoglobin", "TSH", "Uric Acid", "Ferritin",
        ]
        let units = ["mg/dl", "mmol/L", "%", "U/L", "g/dL", "ng/mL", "uIU/mL"]
        var rows: [[(Double, String)]] = [
            [(40, "Test Name"), (240, "Result"), (330, "Unit"), (430, "Reference Range")]
        ]
        var printed: [String: String] = [:]
        for name in names {
            let value = "\(Int.random(in: 1...999, using: &random)).\(Int.random(in: 0...9, using: &random))"
            let low = Int.random(in: 1...500, using: &random)
            printed[name.withoutSpaces] = value
            rows.append([
                (40, name), (240, value), (330, try #require(units.randomElement(using: &random))),
                (430, "\(low) - \(low + 90)"),
            ])
        }
        let pdf = TestPDF(rows: rows, size: seed == 2 ? 9 : 11, font: seed == 3 ? "F2" : "F1").bytes
        let reading = try await read(try await scanned(pdf, dotsPerInch: seed == 1 ? 150 : 200))
        for value in reading.labValues { #expect(printed[value.name.withoutSpaces] == value.value) }
        let seen = reading.labValues.map(\.name) + reading.uncertainRows.map(\.name)
        #expect(Set(seen.map(\.withoutSpaces)) == Set(printed.keys))
        #expect(reading.labValues.count >= 6)
    }

    private static let harmless: [(String, TestPDF)] = [
        (
            "letter",
            TestPDF(lines: [
                "Dear colleague,",
                "thank you for referring this 45 year old patient. Her haemoglobin was 10.2 g/dl in May,",
                "later 11.4 g/dl (12-15). She takes 500 mg metformin twice a day and weighs 61 kg.",
                "Blood pressure 120/80 mmHg, pulse 72 per minute.", "Yours, Dr. B. Shah", "Phone 123 456 7890",
            ])
        ),
        (
            "bill",
            TestPDF(rows: [
                [(60, "INVOICE"), (400, "No 12345")], [(60, "Test"), (250, "Qty"), (320, "Rate"), (400, "Amount")],
                [(60, "Haemoglobin"), (250, "1"), (320, "150.00"), (400, "150.00")],
                [(60, "Lipid profile"), (250, "2"), (320, "600.00"), (400, "1,200.00")],
                [(60, "Total"), (400, "1,350.00")],
                [(60, "GST 5%"), (400, "67.50")],
            ])
        ),
        (
            "appointments",
            TestPDF(rows: [
                [(60, "Date"), (200, "Time"), (300, "Room")], [(60, "12/05/2024"), (200, "10:30"), (300, "12")],
                [(60, "13/05/2024"), (200, "9-10"), (300, "14")],
            ])
        ),
        (
            "radiology report",
            TestPDF(lines: [
                "EXAM: CT CHEST", "TECHNIQUE: Axial images of 5 mm were obtained.", "FINDINGS:",
                "Nodule in the right upper lobe          8      mm        (5-6)", "Heart size is normal. No effusion.",
                "IMPRESSION:",
                "1. Nodule of 8 mm in the right upper lobe.", "2. No effusion.", "Dr. C. Roy, Radiologist",
            ])
        ),
    ]

    @Test(arguments: harmless.indices)
    func `a document without measurements yields none`(index: Int) async throws {
        let (_, pdf) = Self.harmless[index]
        let reading = try await read(pdf.bytes)
        #expect(reading.labValues.isEmpty && reading.uncertainRows.isEmpty)
        let scan = try await read(try await scanned(pdf.bytes))
        #expect(scan.labValues.isEmpty)
    }

    @Test func `a radiology report in a PDF is quoted`() async throws {
        let reading = try await read(Self.harmless[3].1.bytes)
        #expect(reading.examination == "CT CHEST")
        #expect(reading.impressions == "1. Nodule of 8 mm in the right upper lobe.\n2. No effusion.")
        #expect(reading.keyAbnormalities == ["Nodule of 8 mm in the right upper lobe."])
        #expect(reading.findings.hasPrefix("Nodule in the right upper lobe"))
        #expect(!reading.findings.contains("Roy") && !reading.impressions.contains("Roy"))
    }

    @Test func `a page with a text layer and a scanned page are both read`() async throws {
        var pdf = Self.table
        pdf.pages.append([
            .init(x: 60, y: 80, text: "Urea", size: 10, font: "F1"), .init(x: 230, y: 80, text: "21.0"),
            .init(x: 350, y: 80, text: "mg/dl"), .init(x: 430, y: 80, text: "17-43"),
        ])
        let reading = try await read(pdf.bytes)
        #expect(reading.pages == 2)
        #expect(reading.labValues.last.map(line) == "Urea = 21.0 [mg/dl] {17-43} normal")
        #expect(reading.labValues.last?.page == 2)
    }

    @Test func `an image without a report is not interpreted`() async throws {
        let pixels = [UInt8](repeating: 0x40, count: 300 * 200)
        let png = try await withFolder { folder in
            // A grey rectangle, as a PGM made into a JPEG by the renderer's own program.
            let path = try file(
                "\(folder)/grey.pdf",
                TestPDF.scan(
                    image: pixels, entries: "/Width 300 /Height 200 /ColorSpace /DeviceGray /BitsPerComponent 8"))
            let process = LimitedProcess(programPath: InsightsConfig().programPath)
            let run = try await process(
                "pdftoppm", ["-q", "-png", "-r", "50", "-singlefile", path, "\(folder)/page"], directory: folder,
                limits: ProcessLimits(time: .seconds(60), memory: .mebibytes(1024)))
            #expect(run.status == 0)
            return try bytes("\(folder)/page.png")
        }
        let reading = try await read(png, name: "scan.png", type: "image/png", .radiology)
        #expect(reading.method == .none && reading.confidence == 0 && reading.text == nil)
        #expect(reading.summary.contains("was not interpreted"))
    }
}
