internal import COpenSSL

/// Random values fit for keys, tokens and identifiers, from OpenSSL's generator.
public enum SecureRandom {
    /// `count` random bytes. Stops the program if the system has no randomness to give: nothing secure can follow.
    public static func bytes(_ count: Int) -> [UInt8] {
        precondition(count >= 0 && count <= Int(Int32.max), "a count of random bytes")
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            if count > 0 {
                precondition(unsafe RAND_bytes(buffer.baseAddress, Int32(count)) == 1, "no randomness from the system")
            }
            initialized = count
        }
    }

    /// A random UUID (version 4, RFC 9562), lower case with hyphens.
    public static func uuid() -> String { uuid(of: bytes(16)[...]) }

    /// The random UUID that 16 random bytes make, which must not be used for anything else.
    public static func uuid(of random: ArraySlice<UInt8>) -> String {
        precondition(random.count == 16, "16 bytes for a UUID")
        var bytes = Array(random)
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        return unsafe String(unsafeUninitializedCapacity: 36) { text in
            var place = 0
            for (index, byte) in bytes.enumerated() {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    unsafe text[place] = UInt8(ascii: "-")
                    place += 1
                }
                unsafe text[place] = digit(byte >> 4)
                unsafe text[place + 1] = digit(byte & 0x0F)
                place += 2
            }
            return place
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
    }

    /// A number from 0 up to and not including `bound`, every one equally likely. `bound` must be positive.
    public static func integer(below bound: Int) -> Int {
        precondition(bound > 0, "a bound for random integers")
        var generator = Generator()
        return Int.random(in: 0..<bound, using: &generator)
    }

    /// `length` characters drawn from `alphabet`, every one equally likely. `alphabet` must not be empty.
    public static func text(length: Int, alphabet: String) -> String {
        let letters = Array(alphabet)
        precondition(!letters.isEmpty, "an alphabet for random text")
        return String((0..<length).map { _ in letters[integer(below: letters.count)] })
    }

    /// Lower-case letters and digits: what GoTrue's version 1 refresh tokens are made of.
    public static let lowerCaseAlphanumerics = "abcdefghijklmnopqrstuvwxyz0123456789"
    /// Letters of both cases and digits.
    public static let alphanumerics = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    /// The ten digits: for one-time codes.
    public static let digits = "0123456789"

    /// OpenSSL's generator in the standard library's terms, whose `random(in:using:)` is free of modulo bias.
    private struct Generator: RandomNumberGenerator {
        mutating func next() -> UInt64 {
            SecureRandom.bytes(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
    }
}
