/// Pairs of `application/x-www-form-urlencoded` text: a query string or a form's body. `;` separates like `&`.
struct FormPairs: Sendable {
    /// The value is nil for a name without `=`.
    let pairs: [(name: String, value: String?)]

    /// Nil if decoded names or values are not UTF-8. A `%` without two hex digits stands for itself.
    init?(parsing bytes: some Collection<UInt8>) {
        var pairs: [(name: String, value: String?)] = []
        for part in bytes.split(whereSeparator: { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: ";") }) {
            let halves = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = FormPairs.decoded(halves[0]) else { return nil }
            guard halves.count > 1 else {
                pairs.append((name, nil))
                continue
            }
            guard let value = FormPairs.decoded(halves[1]) else { return nil }
            pairs.append((name, value))
        }
        self.pairs = pairs
    }

    /// The first pair of that name; nil also if it has no value.
    func value(_ name: String) -> String? { pairs.first { $0.name == name }?.value }

    private static func decoded(_ text: some Collection<UInt8>) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                let digits = rest.prefix(2).compactMap(hexValue)
                if digits.count == 2 {
                    rest.removeFirst(2)
                    bytes.append(digits[0] << 4 | digits[1])
                } else {
                    bytes.append(byte)
                }
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    // MARK: - Canonical form

    /// The pairs sorted by name; values of a repeated name stand behind its first one, after commas.
    var canonical: String {
        let sorted = pairs.enumerated().sorted { left, right in
            let (first, second) = (left.element.name, right.element.name)
            return first == second ? left.offset < right.offset : first.utf8.lexicographicallyPrecedes(second.utf8)
        }
        var text = ""
        var previous: String?
        for (_, pair) in sorted {
            if pair.name == previous {
                text += ","
            } else {
                text += (previous == nil ? "" : "&") + FormPairs.encoded(pair.name) + "="
            }
            text += FormPairs.encoded(pair.value ?? "")
            previous = pair.name
        }
        return text
    }

    /// Percent-encodes all but unreserved characters (RFC 3986, section 2.3).
    private static func encoded(_ text: String) -> String {
        let hex = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 0xF)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
