import Testing

@testable import Insights

@Suite struct `Lab tables` {
    /// A page of words set at column starts, five points a character.
    private func page(_ rows: [[(Double, String)]], pitch: Double = 16) -> PageWords {
        var words: [Word] = []
        for (index, row) in rows.enumerated() {
            for (start, text) in row {
                var x = start
                for part in text.split(separator: " ") {
                    let width = Double(part.count) * 5
                    words.append(
                        Word(
                            text: String(part), left: x, top: 50 + Double(index) * pitch, width: width, height: 10,
                            confidence: 0.95, line: index))
                    x += width + 5
                }
            }
        }
        return PageWords(number: 1, width: 600, height: 800, words: words.shuffled())
    }

    private func lines(_ rows: [[(Double, String)]], ocr: Bool = false) -> [String] {
        let table = LabTable(page: page(rows), header: nil, isRecognised: ocr)
        return table.rows.map {
            "\($0.name) = \($0.valueText) [\($0.unit)] {\($0.rangeText)} \($0.flag.map { "\($0)" } ?? "-")"
        }
    }

    @Test func `rows without a header are understood by their unit and range`() {
        let found = lines([
            [(40, "RENAL PANEL - I")], [(40, "Specimen: Serum")],
            [(40, "Glucose, random"), (220, "78"), (300, "mg/dl"), (400, "[70-140]")],
            [(40, "Creatinine"), (220, "0.86 #"), (300, "mg/dl"), (400, "[0.90-1.30]")],
            [(40, "Vitamin B 12"), (220, "345"), (300, "pg/ml"), (400, "200 - 900")],
            [(40, "The value above 17.5 ng/L is diagnostic of infarction.")],
            [(40, "17.5 - 87.5 ng/L Repeat after 3 hrs")],
        ])
        #expect(
            found == [
                "Glucose, random = 78 [mg/dl] {70-140} -", "Creatinine = 0.86 [mg/dl] {0.90-1.30} abnormal",
                "Vitamin B 12 = 345 [pg/ml] {200 - 900} -",
            ])
    }

    @Test func `a header may put its columns in any order and ignore some`() {
        let found = lines([
            [
                (40, "S.No"), (80, "Investigation"), (220, "Reference Range"), (340, "Units"), (400, "Result"),
                (470, "Previous Result"),
            ],
            [(40, "1"), (80, "Serum Sodium"), (220, "136 - 145"), (340, "mmol/L"), (400, "139.0"), (470, "150")],
            [(40, "2"), (80, "Serum Potassium"), (220, "3.5 - 5.1"), (340, "mmol/L"), (400, "5.9 H"), (470, "4.0")],
            [(40, "3"), (80, "Urine Protein"), (220, "Nil"), (400, "Trace"), (470, "Nil")],
            [(80, "Page 1 of 3")],
            [(80, "This report was made by machine on 12 May 2024 at our laboratory in the city")],
        ])
        #expect(
            found == [
                "Serum Sodium = 139.0 [mmol/L] {136 - 145} -", "Serum Potassium = 5.9 [mmol/L] {3.5 - 5.1} high",
                "Urine Protein = Trace [] {Nil} -",
            ])
    }

    @Test func `a range over two lines belongs to one row`() {
        let found = lines([
            [(40, "Test"), (200, "Result"), (280, "Unit"), (340, "Reference Range")],
            [(40, "Haemoglobin"), (200, "12.5"), (280, "g/dl"), (340, "Male: 13-17")], [(340, "Female: 12-15")],
            [(40, "pH"), (200, "6.0")],
        ])
        #expect(found == ["Haemoglobin = 12.5 [g/dl] {Male: 13-17 Female: 12-15} -", "pH = 6.0 [] {} -"])
    }

    @Test(
        arguments: [
            [
                [(40.0, "Item"), (200.0, "Qty"), (300.0, "Amount")],
                [(40, "Glucose test"), (200, "1"), (300, "120.00")],
            ],
            [[(40, "Test"), (200, "Rate"), (300, "Value")], [(40, "Glucose test"), (200, "100"), (300, "120.00")]],
            [
                [(40, "Dear Dr Rao, her glucose was 78 mg/dl and her weight 61 kg on 3 May.")],
                [(40, "BP 120-80 mmHg"), (300, "Room 12")],
            ],
            [
                [(40, "Age"), (120, ": 45 Years")], [(40, "Lab No"), (120, ": 12345")],
                [(40, "Phone"), (120, "123 4567")],
            ],
            [[(40, "Collection 12 10-12")], [(40, "C3-4: There is a focal 1-2 mm central disc protrusion")]],
            [[(40, "Glucose"), (150, "78"), (200, "82"), (260, "mg/dl"), (330, "[70-140]")]],
        ] as [[[(Double, String)]]])
    func `what is no table of results yields nothing`(rows: [[(Double, String)]]) {
        #expect(lines(rows).isEmpty)
    }

    @Test func `a number that recognition has split is not stated`() {
        let rows = [[(40.0, "Haemoglobin"), (200.0, "15 1"), (260.0, "g/dl"), (330.0, "[13.0-17.0]")]]
        #expect(lines(rows, ocr: true).isEmpty)
    }

    @Test func `a row whose value cannot be made out is named`() {
        let table = LabTable(
            page: page([[(40, "UREA"), (200, "ZAdl"), (300, "mg/dl"), (400, "[17.0-43.0]")]]), header: nil,
            isRecognised: true)
        #expect(table.rows.isEmpty)
        #expect(table.unreadable.map(\.name) == ["UREA"])
    }

    @Test func `a row inside a table that is not understood is named`() {
        let table = LabTable(
            page: page([
                [(40, "Glucose"), (220, "78"), (300, "mg/dl"), (400, "[70-140]")],
                [(40, "Iron"), (220, "12"), (300, "see the note on page 2")],
                [(40, "DIFFERENTIAL COUNT"), (300, "Microscopy")],
                [(40, "Sodium"), (220, "139"), (300, "mmol/l"), (400, "[136-145]")],
                [(40, "Urea"), (220, "21"), (300, "mg/dl"), (400, "[17-43]")], [(40, "Phone"), (220, "123 4567")],
                [(40, "Store"), (220, "Room 12")],
            ]), header: nil, isRecognised: true)
        #expect(table.rows.map(\.name) == ["Glucose", "Sodium", "Urea"])
        #expect(table.unreadable.map(\.name) == ["Iron"])
    }

    @Test func `random tables come out as they were set`() throws {
        var random = Seeded(9)
        let names = [
            "Glucose", "Serum Sodium", "MCV (Derived)", "Vitamin D3", "ALT", "Total Cholesterol", "CA 125", "*eGFR",
        ]
        let units = ["mg/dl", "mmol/L", "fL", "%", "U/L", "10^3/uL", "g/dl"]
        for _ in 0..<300 {
            let hasHeader = Bool.random(using: &random)
            let ordinary = [0, 1, 2, 3]
            let order =
                hasHeader
                ? [ordinary, [0, 1, 3, 2], [0, 3, 2, 1], [0, 2, 1, 3]].randomElement(using: &random) ?? ordinary
                : ordinary
            let starts = [40.0, 210, 320, 430]
            var rows: [[(Double, String)]] = []
            let titles = ["Test Name", "Result", "Unit", "Reference Range"]
            if hasHeader { rows.append(order.enumerated().map { (starts[$0], titles[$1]) }) }
            var expected: [String] = []
            for _ in 0..<Int.random(in: 2...10, using: &random) {
                let low = Int.random(in: 1...400, using: &random)
                let cells = [
                    try #require(names.randomElement(using: &random)),
                    "\(Int.random(in: 1...500, using: &random)).\(Int.random(in: 0...9, using: &random))",
                    try #require(units.randomElement(using: &random)), "\(low)-\(low + 50)",
                ]
                rows.append(order.enumerated().map { (starts[$0], cells[$1]) })
                expected.append("\(cells[0]) = \(cells[1]) [\(cells[2])] {\(cells[3])} -")
            }
            #expect(lines(rows) == expected)
        }
    }

    @Test func `random words never make a table crash or a nameless value`() {
        var random = Seeded(10)
        let pieces = [
            "Test", "Result", "Unit", "Range", "78", "<", "5-9", "[1-2]", "mg/dl", "H", "#", "Glucose", "of", ":", "1.",
            "Page", "|", "—", "0.0.0", "(", ")",
        ]
        for _ in 0..<500 {
            let words = (0..<Int.random(in: 0...80, using: &random)).map { index in
                Word(
                    text: pieces[Int.random(in: 0..<pieces.count, using: &random)],
                    left: Double.random(in: 0...600, using: &random),
                    top: Double(Int.random(in: 0...20, using: &random) * 14),
                    width: Double.random(in: 1...60, using: &random),
                    height: 10, confidence: Double.random(in: 0...1, using: &random), line: index)
            }
            let table = LabTable(
                page: PageWords(number: 1, width: 600, height: 800, words: words), header: nil,
                isRecognised: Bool.random(using: &random))
            #expect(table.rows.allSatisfy { $0.name.contains(where: \.isLetter) && !$0.valueText.isEmpty })
        }
    }
}
