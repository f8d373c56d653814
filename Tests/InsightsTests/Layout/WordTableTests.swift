import Testing

@testable import Insights

@Suite struct `Word tables` {
    private static let header =
        "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"

    @Test func `words come in points with their certainty`() throws {
        let text =
            Self.header
            + "1\t1\t0\t0\t0\t0\t0\t0\t1600\t2200\t-1\t\n5\t1\t1\t1\t1\t1\t200\t400\t100\t20\t96.5\tMCV\n5\t1\t1\t1\t1\t2\t320\t400\t10\t20\t-1\t \n"
        let page = try #require(WordTable.pages(Array(text.utf8), unitsPerInch: 200).first)
        #expect(page.width == 576 && page.words.count == 1)
        let word = page.words[0]
        #expect(
            word.text == "MCV" && word.left == 72 && word.top == 144 && word.width == 36
                && abs(word.confidence - 0.965) < 1e-9)
    }

    @Test func `malformed rows are passed over`() {
        let rows = [
            "", "5", "x\ty", "5\t1\t1\t1\t1\t1\tnan\t0\t1\t1\t90\tA", "5\t1\t1\t1\t1\t1\t0\t0\t-1\t1\t90\tB",
            "5\t1\t1\t1\t1\t1\t0\t0\t1e30\t1\t90\tC",
        ]
        let text = Self.header + "1\t1\t0\t0\t0\t0\t0\t0\t600\t800\t-1\t\n" + rows.joined(separator: "\n")
        #expect(WordTable.pages(Array(text.utf8), unitsPerInch: 72).flatMap(\.words).isEmpty)
    }

    @Test func `random bytes make no words out of nothing and crash nothing`() {
        var random = Seeded(31)
        let alphabet = Array("0123456789\t\t\t\t\n.-abc\u{0}\u{FF}".utf8)
        for _ in 0..<1_000 {
            let bytes = (0..<400).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] }
            for page in WordTable.pages(bytes, unitsPerInch: 72) {
                #expect(
                    page.words.allSatisfy {
                        !$0.text.isEmpty && $0.width > 0 && $0.height > 0 && (0...1).contains($0.confidence)
                    })
                _ = page.text()
            }
        }
    }

    @Test func `a skewed page gives level rows`() {
        var words: [Word] = []
        for row in 0..<12 {
            for column in 0..<6 {
                let x = 40 + Double(column) * 90
                words.append(
                    Word(
                        text: "w\(row)x\(column)", left: x, top: 60 + Double(row) * 14 + 0.03 * x, width: 40, height: 9,
                        confidence: 1, line: row))
            }
        }
        let rows = PageWords(number: 1, width: 600, height: 800, words: words.shuffled()).rows()
        #expect(rows.count == 12)
        #expect(
            rows.enumerated().allSatisfy { index, row in
                row.plainText == (0..<6).map { "w\(index)x\($0)" }.joined(separator: " ")
            })
    }

    @Test func `lines of a table are no words`() {
        let words = ["|", "____", "Urea"].enumerated().map {
            Word(text: $1, left: Double($0) * 50, top: 10, width: 20, height: 10, confidence: 1, line: 0)
        }
        #expect(PageWords(number: 1, width: 600, height: 800, words: words).rows().map(\.plainText) == ["Urea"])
    }

    @Test func `page sizes are read behind any title`() throws {
        let text =
            "Title: x\nPages: 1\nPages:           2\nPage    1 size: 595 x 842 pts (A4)\nPage    2 size: 612.5 x 792 pts (letter)\n"
        let sizes = try PageInventory.sizes(text)
        #expect(sizes.map(\.width) == [595, 612.5])
        #expect(throws: ReadingError.damaged) { try PageInventory.sizes("Pages: 2\nPage 1 size: 5 x 5 pts") }
        #expect(throws: ReadingError.damaged) { try PageInventory.sizes("") }
        #expect(throws: ReadingError.tooManyPages(pages: 1_000, pagesMax: Limits.pagesMax)) {
            try PageInventory.sizes("Pages: 1000")
        }
    }

    @Test func `a DICOM header gives its modality and region alone`() {
        let header = DICOMReading.header(
            "(0008,0060) CS [MR]   #   2, 1 Modality\n(0010,0010) PN [Rao^Asha]  #  8, 1 PatientName\n(0018,0015) CS [CSPINE]  # 6, 1 BodyPartExamined\n(0008,1030) LO (no value)\n"
        )
        #expect(header == ["0008,0060": "MR", "0018,0015": "CSPINE"])
    }
}
