internal import HTTPTypes

/// The releases of Python clients whose bucket model knows no `type` (storage contract, section 3).
enum ClientVersion {
    static func takesBucketTypes(_ headers: HTTPFields) -> Bool {
        if let version = version(of: "supabase-py", in: headers[.clientInfo]),
            version.lexicographicallyPrecedes([2, 18])
        {
            return false
        }
        if let version = version(of: "storage3", in: headers[.userAgent]),
            version.lexicographicallyPrecedes([0, 12, 1])
        {
            return false
        }
        return true
    }

    /// The numbers of the version behind `product`, as in `supabase-py/2.15.1` or `storage3 v0.12.0`.
    static func version(of product: String, in text: String?) -> [Int]? {
        guard let text, let range = text.firstRange(of: product) else { return nil }
        let rest = text[range.upperBound...].drop { !$0.isASCII || !$0.isNumber }
        let numbers = rest.prefix { $0 == "." || ($0.isASCII && $0.isNumber) }.split(separator: ".").prefix(3)
        return numbers.isEmpty ? nil : numbers.map { Int($0) ?? Int.max }
    }
}
