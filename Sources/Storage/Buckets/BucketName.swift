/// The rule for names and ids of buckets (storage contract, section 3).
enum BucketName {
    private static let punctuation = Set("_!.*'() &$=@;:+,?-".utf8)

    static func isValid(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard (1...StorageLimits.bucketNameCharactersMax).contains(bytes.count), bytes.first != UInt8(ascii: " "),
            bytes.last != UInt8(ascii: " ")
        else { return false }
        // Names of this ending belong to analytics buckets.
        guard !name.hasSuffix("--table-s3") else { return false }
        return bytes.allSatisfy { $0.isASCIIAlphanumeric || punctuation.contains($0) }
    }
}

extension UInt8 {
    var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    var isASCIIAlphanumeric: Bool { isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
}
