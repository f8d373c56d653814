public import Core

/// The pixel dimensions an image file declares, read from its first bytes without decoding anything.
public struct ImageGeometry: Sendable, Hashable {
    /// In pixels, as declared.
    public let width: Int
    /// In pixels, as declared.
    public let height: Int

    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// As many first bytes as an upload handler should offer: a JPEG may put up to a few hundred KiB of metadata
    /// before its frame header.
    public static let headerBytesWanted = ByteCount.kibibytes(512)

    /// Nil when the bytes are neither PNG nor JPEG or hold no complete header.
    public init?(firstBytes: some Collection<UInt8>) {
        let bytes = Array(firstBytes.prefix(Self.headerBytesWanted.bytes))
        guard let found = Self.png(bytes) ?? Self.jpeg(bytes) else { return nil }
        self = found
    }

    /// Width times height, or the largest integer where that overflows.
    public var pixels: Int { width.multipliedReportingOverflow(by: height).overflow ? Int.max : width * height }

    /// Within what this server is willing to decode; see `Limits`.
    public var isAcceptable: Bool {
        width > 0 && height > 0 && pixels <= Limits.imagePixelsMax
            && max(width, height) <= Limits.imageSidePixelsMax
    }

    static let pngSignature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// The IHDR chunk must come first (PNG specification, section 5.6).
    private static func png(_ bytes: [UInt8]) -> ImageGeometry? {
        guard bytes.starts(with: pngSignature), bytes.count >= 24, Array(bytes[12..<16]) == Array("IHDR".utf8) else {
            return nil
        }
        func word(_ at: Int) -> Int { bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
        return ImageGeometry(width: word(16), height: word(20))
    }

    /// Walks the marker segments up to the first frame header, SOF0 to SOF15 (ITU-T T.81, B.2.2).
    private static func jpeg(_ bytes: [UInt8]) -> ImageGeometry? {
        guard bytes.starts(with: [0xFF, 0xD8]) else { return nil }
        var position = 2
        while position + 9 < bytes.count, bytes[position] == 0xFF {
            let marker = bytes[position + 1]
            if marker == 0xFF {
                position += 1
                continue
            }
            let length = Int(bytes[position + 2]) << 8 | Int(bytes[position + 3])
            let isFrame = (0xC0...0xCF).contains(marker) && ![0xC4, 0xC8, 0xCC].contains(marker)
            if isFrame {
                let height = Int(bytes[position + 5]) << 8 | Int(bytes[position + 6])
                let width = Int(bytes[position + 7]) << 8 | Int(bytes[position + 8])
                return ImageGeometry(width: width, height: height)
            }
            guard length >= 2, marker != 0xD9, marker != 0xDA else { return nil }
            position += 2 + length
        }
        return nil
    }
}
