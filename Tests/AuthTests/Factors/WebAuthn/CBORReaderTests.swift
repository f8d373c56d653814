import Cryptography
import TestSupport
import Testing

@testable import Auth

@Suite struct `CBOR from authenticators` {
    /// RFC 8949, appendix A.
    @Test(arguments: [
        ("00", CBOR.int(0)), ("17", .int(23)), ("1818", .int(24)), ("1903e8", .int(1000)),
        ("1a000f4240", .int(1_000_000)), ("1b000000e8d4a51000", .int(1_000_000_000_000)), ("20", .int(-1)),
        ("3863", .int(-100)), ("3903e7", .int(-1000)), ("3b7fffffffffffffff", .int(.min)), ("f4", .bool(false)),
        ("f5", .bool(true)), ("f6", .null), ("40", .bytes([])), ("4401020304", .bytes([1, 2, 3, 4])), ("60", .text("")),
        ("6449455446", .text("IETF")), ("62c3bc", .text("ü")), ("64f0908591", .text("𐅑")), ("80", .array([])),
        ("83010203", .array([.int(1), .int(2), .int(3)])), ("a0", .object([])),
        ("a201020304", .object([(.int(1), .int(2)), (.int(3), .int(4))])),
        (
            "a26161016162820203",
            .object([(.text("a"), .int(1)), (.text("b"), .array([.int(2), .int(3)]))])
        ),
    ])
    func `is read and written`(hex: String, item: CBOR) throws {
        let bytes = try #require(Hex.decode(hex))
        #expect(try CBORReader.read(bytes) == item)
        #expect(item.encoded == bytes)
    }

    @Test(arguments: [
        ("", CBORError.unexpectedEnd), ("18", .unexpectedEnd), ("1903", .unexpectedEnd), ("4401", .unexpectedEnd),
        ("5b7fffffffffffffff00", .unexpectedEnd), ("8301", .unexpectedEnd), ("a101", .unexpectedEnd),
        ("9b00ffffffffffffff", .unexpectedEnd), ("bb00ffffffffffffff", .unexpectedEnd),
        ("1bffffffffffffffff", .unsupported(offset: 0)), ("3bffffffffffffffff", .unsupported(offset: 0)),
        // Lengths left open, tags, undefined, simple values and numbers with a point.
        ("5f42010243030405ff", .unsupported(offset: 0)), ("9fff", .unsupported(offset: 0)),
        ("bf61610161629f0203ffff", .unsupported(offset: 0)), ("c074", .unsupported(offset: 0)),
        ("c11a514b67b0", .unsupported(offset: 0)), ("f7", .unsupported(offset: 0)),
        ("f0", .unsupported(offset: 0)), ("f818", .unsupported(offset: 0)), ("f93c00", .unsupported(offset: 0)),
        ("1c", .unsupported(offset: 0)), ("ff", .unsupported(offset: 0)),
        ("62c328", .notUTF8(offset: 0)), ("a2010201ff", .duplicateKey(offset: 3)), ("0000", .trailingBytes(offset: 1)),
    ])
    func `of other forms is refused`(hex: String, error: CBORError) throws {
        let bytes = try #require(Hex.decode(hex))
        #expect(throws: error) { try CBORReader.read(bytes) }
    }

    @Test func `is bounded in depth and number`() throws {
        let deepest = [UInt8](repeating: 0x81, count: FactorLimits.cborDepthMax) + [0]
        #expect(throws: Never.self) { try CBORReader.read(deepest) }
        #expect(throws: CBORError.tooDeep) { try CBORReader.read([0x81] + deepest) }
        #expect(throws: CBORError.tooDeep) { try CBORReader.read([UInt8](repeating: 0x81, count: 100_000)) }
        let most = CBOR.array([CBOR](repeating: .null, count: FactorLimits.cborItemsMax - 1)).encoded
        #expect(throws: Never.self) { try CBORReader.read(most) }
        let tooMany = CBOR.array([CBOR](repeating: .null, count: FactorLimits.cborItemsMax)).encoded
        #expect(throws: CBORError.tooManyItems) { try CBORReader.read(tooMany) }
    }

    @Test func `of any content comes back as it was`() throws {
        var random = SeededGenerator(seed: 8949)
        for _ in 0..<2000 {
            let item = Self.item(depth: 0, &random)
            #expect(try CBORReader.read(item.encoded) == item)
        }
    }

    @Test func `never trips the reader, whatever the bytes`() {
        var random = SeededGenerator(seed: 7)
        var accepted = 0
        for _ in 0..<20_000 {
            // Half are noise, half are documents with a few bytes changed or cut.
            var bytes =
                Bool.random(using: &random)
                ? (0..<Int.random(in: 0...40, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
                : Self.item(depth: 0, &random).encoded
            for _ in 0..<Int.random(in: 0...2, using: &random) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if Int.random(in: 0..<4, using: &random) == 0 { bytes = bytes.dropLast() }
            guard let item = try? CBORReader.read(bytes) else { continue }
            accepted += 1
            // What was accepted says the same when it is written again.
            #expect((try? CBORReader.read(item.encoded)) == item)
        }
        #expect(accepted > 1000)
    }

    private static func item(depth: Int, _ random: inout SeededGenerator) -> CBOR {
        let kinds = depth < 3 ? 7 : 5
        switch Int.random(in: 0..<kinds, using: &random) {
        case 0: return .int(Int.random(in: .min ... .max, using: &random) >> Int.random(in: 0...63, using: &random))
        case 1:
            let count = Int.random(in: 0...300, using: &random)
            return .bytes((0..<count).map { _ in UInt8.random(in: 0...255, using: &random) })
        case 2:
            return .text(
                String(
                    (0..<Int.random(in: 0...5, using: &random)).map { _ in "aé€😀z".randomElement(using: &random) ?? "a"
                    }))
        case 3: return .bool(Bool.random(using: &random))
        case 4: return .null
        case 5: return .array((0..<Int.random(in: 0...3, using: &random)).map { _ in item(depth: depth + 1, &random) })
        default:
            return .object(
                (0..<Int.random(in: 0...3, using: &random)).map { index in
                    (.int(index), item(depth: depth + 1, &random))
                })
        }
    }
}
