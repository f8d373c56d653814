/// The `name=value` list of a stored hash, all numbers, in one fixed order.
struct HashParameters: Sendable {
    private let values: [String: Int]

    /// Nil unless `text` names exactly `names`, in their order, with plain numbers of at most nine digits.
    init?(_ text: Substring, names: [String]) {
        let pairs = text.split(separator: ",", omittingEmptySubsequences: false)
        guard pairs.count == names.count else { return nil }
        var values: [String: Int] = [:]
        for (pair, name) in zip(pairs, names) {
            guard pair.hasPrefix(name + "="), let value = HashParameters.number(pair.dropFirst(name.utf8.count + 1))
            else {
                return nil
            }
            values[name] = value
        }
        self.values = values
    }

    /// A parameter that `names` had.
    subscript(name: String) -> Int { values[name] ?? 0 }

    /// Throws `.parameterOutOfRange`.
    func check(_ name: String, _ range: ClosedRange<Int>) throws(PasswordError) {
        guard range.contains(self[name]) else {
            throw .parameterOutOfRange(
                name: name, value: self[name], min: range.lowerBound, max: range.upperBound)
        }
    }

    /// Digits without sign and without leading zeros.
    static func number(_ text: Substring) -> Int? {
        guard (1...9).contains(text.utf8.count),
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            text.utf8.count == 1 || text.utf8.first != UInt8(ascii: "0")
        else { return nil }
        return Int(text)
    }
}

extension Base64 {
    /// The bytes of base64 that must not be padded, as the PHC format has it.
    static func decodeUnpadded(_ text: Substring) -> [UInt8]? {
        text.utf8.last == UInt8(ascii: "=") ? nil : decode(String(text))
    }
}
