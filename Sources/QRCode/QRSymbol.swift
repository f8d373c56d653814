internal import CQRCode

/// A QR code (ISO/IEC 18004): a square of dark and light modules.
public struct QRSymbol: Sendable, Hashable {
    /// Modules along one side, without the quiet zone.
    public let width: Int
    private let darkness: [Bool]

    /// Bytes of content at most: what the largest symbol holds at the level of error correction used here.
    public static let bytesMax = 2331

    /// The symbol for `text` in UTF-8 with error correction level M (15 % of it may be unreadable), in the smallest
    /// version that holds it. Nil for an empty text and for one over ``bytesMax``.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty, bytes.count <= QRSymbol.bytesMax else { return nil }
        // Version 0 lets the library choose the smallest.
        guard let code = unsafe QRcode_encodeData(Int32(bytes.count), bytes, 0, QR_ECLEVEL_M) else { return nil }
        defer { unsafe QRcode_free(code) }
        let width = unsafe Int(code.pointee.width)
        guard width > 0, let data = unsafe code.pointee.data else { return nil }
        self.width = width
        // The lowest bit of each byte is the module; the others say what kind it is.
        darkness = (0..<width * width).map { index in unsafe data[index] & 1 == 1 }
    }

    /// Whether the module is dark. Both numbers count from the upper left corner, from 0 up to ``width``.
    public func isDark(column: Int, row: Int) -> Bool {
        precondition((0..<width).contains(column) && (0..<width).contains(row), "a module of the symbol")
        return darkness[row * width + column]
    }
}
