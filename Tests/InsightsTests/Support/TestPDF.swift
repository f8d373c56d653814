/// Writes small PDFs for tests: text at given places, or anything else as raw objects.
struct TestPDF {
    struct Text {
        var x: Double
        /// From the top of the page, in points.
        var y: Double
        var text: String
        var size = 10.0
        var font = "F1"
    }

    var pages: [[Text]]
    var width = 595.0
    var height = 842.0

    /// One page; each row is a list of column starts and texts, 18 points below the one before.
    init(rows: [[(Double, String)]], top: Double = 80, pitch: Double = 18, size: Double = 10, font: String = "F1") {
        pages = [
            rows.enumerated().flatMap { index, row in
                row.map { Text(x: $0.0, y: top + Double(index) * pitch, text: $0.1, size: size, font: font) }
            }
        ]
    }

    init(lines: [String]) { self.init(rows: lines.map { [(60, $0)] }) }

    var bytes: [UInt8] {
        var objects: [[UInt8]] = []
        let kids = pages.indices.map { "\(5 + $0 * 2) 0 R" }.joined(separator: " ")
        objects.append(Array("<< /Type /Catalog /Pages 2 0 R >>".utf8))
        objects.append(Array("<< /Type /Pages /Kids [\(kids)] /Count \(pages.count) >>".utf8))
        objects.append(Array("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".utf8))
        objects.append(Array("<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>".utf8))
        for (index, texts) in pages.enumerated() {
            objects.append(
                Array(
                    """
                    << /Type /Page /Parent 2 0 R /MediaBox [0 0 \(width) \(height)] /Contents \(6 + index * 2) 0 R \
                    /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>
                    """.utf8))
            let content = texts.map { text in
                let escaped = text.text.replacing("\\", with: "\\\\").replacing("(", with: "\\(").replacing(
                    ")", with: "\\)")
                return "BT /\(text.font) \(text.size) Tf \(text.x) \(height - text.y) Td (\(escaped)) Tj ET\n"
            }.joined()
            objects.append(Self.stream(Array(content.utf8)))
        }
        return Self.file(objects)
    }

    static func stream(_ bytes: [UInt8], entries: String = "") -> [UInt8] {
        Array("<< /Length \(bytes.count) \(entries) >>\nstream\n".utf8) + bytes + Array("\nendstream".utf8)
    }

    /// Numbered objects, cross reference table and trailer; object 1 is the catalogue.
    static func file(_ objects: [[UInt8]], trailer: String = "") -> [UInt8] {
        var file = Array("%PDF-1.4\n".utf8)
        var offsets: [Int] = []
        for (index, object) in objects.enumerated() {
            offsets.append(file.count)
            file += Array("\(index + 1) 0 obj\n".utf8) + object + Array("\nendobj\n".utf8)
        }
        let start = file.count
        file += Array("xref\n0 \(objects.count + 1)\n0000000000 65535 f \n".utf8)
        for offset in offsets {
            let digits = String(offset)
            file += Array((String(repeating: "0", count: 10 - digits.count) + digits + " 00000 n \n").utf8)
        }
        file += Array(
            "trailer << /Size \(objects.count + 1) /Root 1 0 R \(trailer) >>\nstartxref\n\(start)\n%%EOF\n".utf8)
        return file
    }

    /// One page that shows one image, as a scanner writes it.
    static func scan(image: [UInt8], entries: String, width: Double = 595, height: Double = 842) -> [UInt8] {
        let content = Array("q \(width) 0 0 \(height) 0 0 cm /I Do Q".utf8)
        return file([
            Array("<< /Type /Catalog /Pages 2 0 R >>".utf8),
            Array("<< /Type /Pages /Kids [3 0 R] /Count 1 >>".utf8),
            Array(
                """
                << /Type /Page /Parent 2 0 R /MediaBox [0 0 \(width) \(height)] /Contents 4 0 R \
                /Resources << /XObject << /I 5 0 R >> >> >>
                """.utf8),
            stream(content),
            stream(image, entries: "/Type /XObject /Subtype /Image " + entries),
        ])
    }
}
