import Testing

@testable import Insights

@Suite struct `Document kinds` {
    @Test(arguments: [
        (Array("%PDF-1.7\n".utf8), DocumentKind.pdf), (Array("junk before\n%PDF-1.4".utf8), .pdf),
        ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0], .png), ([0xFF, 0xD8, 0xFF, 0xE0], .jpeg),
        ([UInt8](repeating: 0, count: 128) + Array("DICM".utf8), .dicom), (Array("test,value\nNa,139\n".utf8), .text),
        (Array("Größe;µg\r\n".utf8), .text), ([0xFF, 0xFE, 0x61, 0x00], .text), ([], .unknown),
        (Array("PK\u{3}\u{4}".utf8), .unknown), ([0x7F, 0x45, 0x4C, 0x46], .unknown),
        (Array("<html><body>%PDF</body>".utf8), .text),
    ])
    func `the first bytes decide`(bytes: [UInt8], kind: DocumentKind) {
        #expect(DocumentKind.sniff(firstBytes: bytes) == kind)
    }

    @Test(arguments: [
        (DocumentKind.pdf, "application/pdf", "a.pdf", true), (.pdf, "Application/PDF; charset=x", "a.pdf", true),
        (.text, "application/pdf", "a.pdf", false), (.text, "text/csv", "a.csv", true),
        (.pdf, "text/csv", "a.csv", false),
        (.dicom, "application/octet-stream", "a.DCM", true), (.unknown, "application/dicom", "a.dcm", false),
        (.jpeg, "image/png", "a.png", false), (.png, "image/png", "a.png", true), (.text, "text/html", "a.html", false),
    ])
    func `a declared type must agree with the bytes`(kind: DocumentKind, type: String, name: String, matches: Bool) {
        #expect(kind.matches(mediaType: type, fileName: name) == matches)
    }

    @Test func `image dimensions are read from headers alone`() {
        #expect(
            ImageGeometry(firstBytes: TestImage.pngHeader(width: 640, height: 480))
                == ImageGeometry(width: 640, height: 480))
        #expect(
            ImageGeometry(firstBytes: TestImage.jpegHeader(width: 3000, height: 2000))
                == ImageGeometry(width: 3000, height: 2000))
        let huge = ImageGeometry(firstBytes: TestImage.pngHeader(width: 30_000, height: 30_000))
        #expect(huge?.isAcceptable == false)
        #expect(ImageGeometry(width: 0, height: 5).isAcceptable == false)
        #expect(ImageGeometry(width: 4_000_000_000, height: 4_000_000_000).pixels == Int.max)
        #expect(ImageGeometry(width: 5_000, height: 4_000).isAcceptable)
        #expect(ImageGeometry(firstBytes: Array("GIF89a".utf8)) == nil)
    }

    @Test func `no bytes whatever upset the header readers`() {
        var random = Seeded(11)
        for _ in 0..<3_000 {
            var bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { bytes = [0xFF, 0xD8] + bytes }
            if Bool.random(using: &random) { bytes = ImageGeometry.pngSignature + bytes }
            _ = DocumentKind.sniff(firstBytes: bytes)
            if let geometry = ImageGeometry(firstBytes: bytes) { #expect(geometry.width >= 0 && geometry.height >= 0) }
        }
    }
}

enum TestImage {
    static func pngHeader(width: UInt32, height: UInt32) -> [UInt8] {
        func big(_ value: UInt32) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
        return ImageGeometry.pngSignature + big(13) + Array("IHDR".utf8) + big(width) + big(height) + [
            8, 0, 0, 0, 0, 0, 0, 0, 0,
        ]
    }

    /// Metadata first, as cameras write it.
    static func jpegHeader(width: UInt16, height: UInt16) -> [UInt8] {
        let metadata: [UInt8] = [0xFF, 0xE1, 0x01, 0x00] + [UInt8](repeating: 7, count: 254)
        return [0xFF, 0xD8] + metadata + [
            0xFF, 0xC2, 0, 11, 8, UInt8(height >> 8), UInt8(height & 255), UInt8(width >> 8), UInt8(width & 255), 1, 1,
            0x11, 0,
        ]
    }
}
