import Testing

@testable import Insights

@Suite struct `CSV files` {
    private func values(_ text: String) async throws -> [String] {
        try await read(Array(text.utf8), name: "lab.csv", type: "text/csv").labValues.map(line)
    }

    @Test(arguments: [
        "test,value,unit,reference_range,flag\nSodium,139.0,mmol/L,136-145,\nCreatinine,0.86,mg/dl,0.90-1.30,L\n",
        "Flag;Reference Range;Unit;Result;Test Name\r\n;136-145;mmol/L;139.0;Sodium\r\nL;0.90-1.30;mg/dl;0.86;Creatinine",
        "\u{FEFF}Parameter\tResult\tUnits\tNormal Range\nSodium\t139.0\tmmol/L\t[136-145]\nCreatinine\t\"0.86 #\"\tmg/dl\t0.90-1.30\n",
        "Report of 3 May\n\n\"Test\",\"Result\",\"Unit\",\"Low\",\"High\"\n\"Sodium\",139.0,mmol/L,136,145\nCreatinine,0.86,mg/dl,0.90,1.30\n",
    ])
    func `columns are found by their headings`(text: String) async throws {
        let found = try await values(text).map { $0.replacing(" - ", with: "-") }
        #expect(found == ["Sodium = 139.0 [mmol/L] {136-145} normal", "Creatinine = 0.86 [mg/dl] {0.90-1.30} low"])
    }

    @Test func `words, quotes and missing cells are taken as they are`() async throws {
        let text =
            "Test,Result,Unit,Range\n\"Protein, \"\"total\"\"\",7.30,g/dl,6.0-8.0\nHBsAg,Non-Reactive,,Non-Reactive\nNitrite,see note,,\nTSH\n,5,,\n"
        #expect(
            try await values(text) == [
                "Protein, \"total\" = 7.30 [g/dl] {6.0-8.0} normal", "HBsAg = Non-Reactive [] {Non-Reactive} normal",
            ])
    }

    @Test(arguments: [
        "item,qty,price\nGlucose test,1,120.00\n", "test,amount,value\nGlucose,100,120.00\n",
        "name,phone\nRao,123456\n", "just one line of text",
        "name,value\nRao,12\n",
    ])
    func `a table of something else yields nothing`(text: String) async throws {
        let reading = try await read(Array(text.utf8), name: "x.csv", type: "text/csv")
        #expect(reading.labValues.isEmpty)
        #expect(reading.text == text)
        #expect(reading.confidence < 0.5)
    }

    @Test func `an empty table has a reason`() async throws {
        await #expect(throws: ReadingError.notTabular) {
            try await read(Array("\n \n,,\n".utf8), name: "x.csv", type: "text/csv")
        }
    }

    @Test func `text in other encodings is decoded`() {
        #expect(CSVReading.text([0xFF, 0xFE, 0x61, 0, 0xE9, 0]) == "aé")
        #expect(CSVReading.text([0xFE, 0xFF, 0, 0x61]) == "a")
        #expect(CSVReading.text([0xEF, 0xBB, 0xBF, 0x61]) == "a")
        #expect(CSVReading.text([0x61, 0xB5]) == "aµ")
        #expect(CSVReading.text([0x61, 0, 0x62]) == "ab")
    }

    @Test func `any table survives writing and reading`() throws {
        var random = Seeded(21)
        let alphabet = Array("ab ,;\"\n1.µ")
        for _ in 0..<500 {
            let columns = Int.random(in: 2...5, using: &random)
            let rows = (0..<Int.random(in: 1...8, using: &random)).map { row in
                (0..<columns).map { column in
                    // A heading decides the delimiter, so it holds none.
                    row == 0
                        ? "h\(column)"
                        : "x"
                            + String(
                                (0..<Int.random(in: 0...6, using: &random)).map { _ in
                                    alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                                }) + "y"
                }
            }
            let text = rows.map { row in
                row.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",")
            }.joined(separator: "\r\n")
            #expect(CSVTable(text).rows == rows)
        }
    }
}
