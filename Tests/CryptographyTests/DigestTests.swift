import Cryptography
import TestSupport
import Testing

@Suite struct DigestTests {
    /// "abc": RFC 1321 (MD5), RFC 3174 (SHA-1), FIPS 180-4 examples (SHA-2).
    @Test(arguments: [
        (DigestAlgorithm.md5, "900150983cd24fb0d6963f7d28e17f72"),
        (.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (.sha224, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"),
        (.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            .sha384,
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
        ),
        (
            .sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
    ])
    func `published digests of abc come out`(algorithm: DigestAlgorithm, expected: String) {
        #expect(Hex.encode(Digest.hash(algorithm, of: "abc")) == expected)
        #expect(Digest.hash(algorithm, of: "abc").count == algorithm.byteCount)
    }

    @Test func `the digest of nothing is the published one`() {
        let expected = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(Hex.encode(RunningDigest(.sha256).finalize()) == expected)
        #expect(Hex.encode(Digest.hash(.sha256, of: [UInt8]())) == expected)
    }

    @Test func `pieces hash like the whole however they are cut and handed over`() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<50 {
            let whole = generator.bytes(upTo: 5000)
            var digest = RunningDigest(.sha256)
            var rest = whole[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...700, using: &generator))
                rest = rest.dropFirst(piece.count)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: digest.update(Array(piece))
                case 1: digest.update(piece)
                case 2: digest.update(piece.lazy.map { $0 })
                default: digest.update(Array(piece).span)
                }
            }
            #expect(digest.finalize() == Digest.hash(.sha256, of: whole))
        }
    }

    @Test func `a slice hashes as its own bytes`() {
        let bytes: [UInt8] = Array("xxabcxx".utf8)
        var digest = RunningDigest(.md5)
        digest.update(bytes[2..<5])
        #expect(Hex.encode(digest.finalize()) == "900150983cd24fb0d6963f7d28e17f72")
    }
}
