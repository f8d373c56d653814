import Core
import Testing

@testable import Insights

@Suite struct `Hostile documents` {
    private func failure(
        _ bytes: [UInt8], name: String = "x.pdf", type: String = "application/pdf",
        _ category: CaseDocument.Category = .lab, configuration: InsightsConfig = InsightsConfig()
    ) async throws -> ReadingError? {
        do {
            _ = try await read(bytes, name: name, type: type, category, configuration: configuration)
            return nil
        } catch let error as ReadingError {
            return error
        }
    }

    private static let page =
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> >>"

    private static func onePage(_ content: [UInt8], box: String = "0 0 595 842", trailer: String = "") -> [UInt8] {
        TestPDF.file(
            [
                Array("<< /Type /Catalog /Pages 2 0 R >>".utf8),
                Array("<< /Type /Pages /Kids [3 0 R] /Count 1 >>".utf8),
                Array(page.replacing("0 0 595 842", with: box).utf8), content,
            ], trailer: trailer)
    }

    @Test func `what is not a PDF is refused by its bytes`() async throws {
        #expect(try await failure(Array("<html>no</html>".utf8)) == .notOfDeclaredKind(declared: "PDF", found: .text))
        #expect(try await failure([1, 2, 3]) == .notOfDeclaredKind(declared: "PDF", found: .unknown))
        #expect(try await failure([]) == .fileEmpty)
        #expect(try await failure(Array("%PDF-1.4\ngarbage and nothing else".utf8)) == .damaged)
        #expect(
            try await failure([0, 1, 2], name: "x.png", type: "image/png", .radiology)
                == .notOfDeclaredKind(declared: "a PNG image", found: .unknown))
    }

    @Test func `a file that is not there or not a file is unavailable`() async throws {
        let reader = Reader(configuration: InsightsConfig())
        for path in ["/no/such/file", "/tmp", "relative.pdf", "/dev/zero"] {
            await #expect(throws: ReadingError.fileUnavailable) {
                try await reader.read(Samples.document(path), patient: adult)
            }
        }
    }

    @Test func `a PDF behind a password says so`() async throws {
        let hash = String(repeating: "A7", count: 32)
        let encryption = "/Encrypt << /Filter /Standard /V 1 /R 2 /O <\(hash)> /U <\(hash)> /P -4 >> /ID [<00> <00>]"
        let bytes = Self.onePage(TestPDF.stream(Array("BT ET".utf8)), trailer: encryption)
        #expect(try await failure(bytes) == .passwordRequired)
    }

    @Test func `ten thousand pages are too many`() async throws {
        let kids = (0..<10_000).map { "\(4 + $0) 0 R" }.joined(separator: " ")
        let page = Array("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>".utf8)
        let objects =
            [
                Array("<< /Type /Catalog /Pages 2 0 R >>".utf8),
                Array("<< /Type /Pages /Kids [\(kids)] /Count 10000 >>".utf8), Array("<< >>".utf8),
            ] + [[UInt8]](repeating: page, count: 10_000)
        #expect(try await failure(TestPDF.file(objects)) == .tooManyPages(pages: 10_000, pagesMax: Limits.pagesMax))
    }

    @Test func `an enormous page is not rendered`() async throws {
        let bytes = Self.onePage(TestPDF.stream(Array("BT ET".utf8)), box: "0 0 200000 200000")
        #expect(try await failure(bytes) == .pageTooLarge(page: 1))
    }

    @Test func `an empty page has no text`() async throws {
        #expect(try await failure(Self.onePage(TestPDF.stream(Array("BT ET".utf8)))) == .noReadableText)
    }

    @Test func `a decompression bomb is stopped by the clock`() async throws {
        // About 20 GB of spaces in 130 KB: two layers of compression, the outer over the inner's period of 13 bytes.
        let inner = TestDeflate.repeating([0x20], total: 258 * 8 * 200)
        // What the inner layer repeats, found in its own output well behind its beginning.
        let period = Array(inner[1300..<1313])
        let outer = TestDeflate.repeating(Array(inner[..<1300]), period: period, total: 130_000_000)
        let bytes = Self.onePage(TestPDF.stream(outer, entries: "/Filter [/FlateDecode /FlateDecode]"))
        #expect(bytes.count < 2_000_000)
        var configuration = InsightsConfig()
        configuration.programTime = .seconds(2)
        let error = try await failure(bytes, configuration: configuration)
        // Which step the clock ends first depends on the machine.
        guard case .timedOut? = error as ReadingError? else {
            Issue.record("expected a time-out, got \(error)")
            return
        }
    }

    @Test func `an enormous image inside a page is stopped by a limit`() async throws {
        let data = TestDeflate.repeating([0x55], total: 900_000_000)
        let bytes = TestPDF.scan(
            image: data,
            entries: "/Width 30000 /Height 30000 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode")
        var configuration = InsightsConfig()
        configuration.programTime = .seconds(3)
        let error = try await failure(bytes, configuration: configuration)
        // Which limit it meets first, and in which step, depends on the machine.
        if case .timedOut? = error as ReadingError? { return }
        let expected: [ReadingError?] = [
            .noReadableText, .damaged, .resourcesExceeded(step: .rendering), .programFailed(step: .rendering),
        ]
        #expect(expected.contains(error))
    }

    @Test func `an image of 30,000 by 30,000 pixels is refused by its header`() async throws {
        let png = TestImage.pngHeader(width: 30_000, height: 30_000)
        #expect(
            try await failure(png, name: "x.png", type: "image/png", .radiology)
                == .imageTooLarge(width: 30_000, height: 30_000))
        let jpeg = TestImage.jpegHeader(width: 65_000, height: 65_000)
        #expect(
            try await failure(jpeg, name: "x.jpg", type: "image/jpeg", .radiology)
                == .imageTooLarge(width: 65_000, height: 65_000))
    }

    @Test func `a truncated image is damaged`() async throws {
        let png = TestImage.pngHeader(width: 300, height: 300)
        #expect(try await failure(png, name: "x.png", type: "image/png", .radiology) == .damaged)
        #expect(
            try await failure([0xFF, 0xD8, 0xFF, 0xE0, 0, 4], name: "x.jpg", type: "image/jpeg", .radiology) == .damaged
        )
    }

    @Test func `a broken DICOM file is damaged`() async throws {
        let bytes = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + [1, 2, 3]
        #expect(try await failure(bytes, name: "x.dcm", type: "application/dicom", .radiology) == .damaged)
    }

    @Test func `a demanded isolation that this machine lacks fails the reading`() async throws {
        var configuration = InsightsConfig()
        configuration.requireNetworkIsolation = true
        let reader = Reader(configuration: configuration, probe: IsolationProbe(known: .unavailable))
        try await withFolder { folder in
            let path = try file("\(folder)/a.pdf", TestPDF(lines: ["hello"]).bytes)
            await #expect(throws: ReadingError.networkIsolationUnavailable) {
                try await reader.read(Samples.document(path), patient: adult)
            }
            let lenient = Reader(configuration: InsightsConfig(), probe: IsolationProbe(known: .unavailable))
            let reading = try await lenient.read(Samples.document(path), patient: adult)
            #expect(reading.diagnostics.contains { $0.contains("without network isolation") })
        }
    }

    @Test func `a missing program is a reason, not a crash`() async throws {
        var configuration = InsightsConfig()
        // prlimit, nice, unshare and env are in /usr/bin; an empty path has none of them.
        configuration.programPath = "/nonexistent"
        #expect(
            try await failure(TestPDF(lines: ["x"]).bytes, configuration: configuration)
                == .programMissing(name: "prlimit"))
    }

    @Test func `no reason repeats a file name, a path or content`() {
        let errors: [ReadingError] = [
            .fileUnavailable, .fileEmpty, .fileTooLarge(size: .mebibytes(70), sizeMax: .mebibytes(64)),
            .notOfDeclaredKind(declared: "PDF", found: .text), .passwordRequired, .damaged,
            .timedOut(step: .recognition), .programMissing(name: "tesseract"), .noReadableText,
        ]
        for error in errors {
            #expect(error.reason.hasSuffix("."))
            #expect(!error.reason.contains("/"))
        }
    }
}
