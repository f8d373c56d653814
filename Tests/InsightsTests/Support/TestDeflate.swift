/// Compresses data that repeats itself with fixed Huffman codes (RFC 1951), enough to build a decompression bomb.
struct TestDeflate {
    private var bits: [UInt8] = [0x78, 0x01]
    private var buffer: UInt32 = 0
    private var count = 0

    /// A zlib stream of `byte`, `total` times.
    static func repeating(_ byte: [UInt8], total: Int) -> [UInt8] {
        var writer = TestDeflate()
        writer.put(1, 1)
        writer.put(1, 2)
        for byte in byte { writer.literal(byte) }
        for _ in 0..<(total / 258) {
            // Length 258 is code 285, 11000101, written most significant bit first; distance 1 is code 0.
            writer.code(0b1100_0101, 8)
            writer.code(0, 5)
        }
        writer.code(0, 7)
        writer.put(0, 7)
        return writer.bits + [0, 0, 0, 0]
    }

    /// Literal bytes, then `period` (13 bytes) over and over, `total` bytes in all.
    static func repeating(_ start: [UInt8], period: [UInt8], total: Int) -> [UInt8] {
        var writer = TestDeflate()
        writer.put(1, 1)
        writer.put(1, 2)
        for byte in start + period { writer.literal(byte) }
        for _ in 0..<max(0, (total - start.count - period.count) / 258) {
            writer.code(0b1100_0101, 8)
            // Distance 13 is code 7 with two extra bits of 0.
            writer.code(7, 5)
            writer.put(0, 2)
        }
        writer.code(0, 7)
        writer.put(0, 7)
        return writer.bits + [0, 0, 0, 0]
    }

    private mutating func literal(_ byte: UInt8) {
        if byte < 144 { code(0x30 + UInt32(byte), 8) } else { code(0x190 + UInt32(byte) - 144, 9) }
    }

    private mutating func code(_ value: UInt32, _ length: Int) {
        for bit in stride(from: length - 1, through: 0, by: -1) { put(value >> UInt32(bit) & 1, 1) }
    }

    private mutating func put(_ value: UInt32, _ length: Int) {
        for bit in 0..<length {
            buffer |= (value >> UInt32(bit) & 1) << UInt32(count)
            count += 1
            if count == 8 {
                bits.append(UInt8(buffer))
                buffer = 0
                count = 0
            }
        }
    }
}
