internal import Core

/// A short query split as ``ReadShape`` splits it, without making text of all its parts.
///
/// Only plain values count: where one holds an escape, ``ReadShape`` has to look.
struct DirectQuery {
    /// Path and query, with a NUL, which no request line can hold, in the place of each value.
    let key: [UInt8]
    let values: [String]
    /// Where in ``key`` the query begins.
    private let start: Int

    /// Nil for what is too long or not plain.
    ///
    /// - Parameter takesArguments: whether a value without an operator is an argument of a function, and left out, too.
    init?(path: String, query: String, takesArguments: Bool = false) {
        let bytes = query.utf8.span
        guard bytes.count <= RestLimits.shapeMax.bytes else { return nil }
        var key: [UInt8] = []
        key.reserveCapacity(path.utf8.count + bytes.count + 2)
        key.append(contentsOf: path.utf8)
        key.append(UInt8(ascii: "?"))
        self.start = key.count
        var values: [String] = []
        var start = 0
        while start < bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != UInt8(ascii: "&") {
                guard bytes[end] != UInt8(ascii: ";"), bytes[end] != 0 else { return nil }
                end += 1
            }
            if let operand = DirectQuery.operand(bytes, start, end, takesArguments),
                !DirectQuery.isReserved(query, start, bytes)
            {
                for index in operand..<end where bytes[index] == UInt8(ascii: "%") || bytes[index] == UInt8(ascii: "+")
                {
                    return nil
                }
                values.append(DirectQuery.text(query, operand, end))
                for index in start..<operand { key.append(bytes[index]) }
                key.append(0)
            } else {
                for index in start..<end { key.append(bytes[index]) }
            }
            if end < bytes.count { key.append(UInt8(ascii: "&")) }
            start = end + 1
        }
        self.key = key
        self.values = values
    }

    /// The query with ``ReadShape/mark(_:)`` in the place of each value.
    var marked: String {
        var text: [UInt8] = []
        var count = 0
        for byte in key[start...] {
            if byte == 0 {
                text += ReadShape.mark(count).utf8
                count += 1
            } else {
                text.append(byte)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Where the value begins in `column=eq.value` or, among arguments, `name=value`; nil for any other parameter.
    private static func operand(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ takesArguments: Bool) -> Int? {
        var index = start
        while index < end, ReadShape.isPlain(bytes[index]) { index += 1 }
        guard index < end, bytes[index] == UInt8(ascii: "=") else { return nil }
        let rest = bytes.extracting(index + 1..<end)
        for name in ReadShape.operators where begins(rest, with: name) { return index + 1 + name.utf8.count }
        return takesArguments && isArgument(rest) ? index + 1 : nil
    }

    /// Whether a value cannot be meant as a filter: operators are of small letters and end with a dot.
    private static func isArgument(_ value: Span<UInt8>) -> Bool {
        guard !value.isEmpty, UInt8(ascii: "a")...UInt8(ascii: "z") ~= value[0] else { return true }
        for index in 0..<value.count where value[index] == UInt8(ascii: ".") { return false }
        return true
    }

    private static func begins(_ bytes: Span<UInt8>, with name: String) -> Bool {
        guard bytes.count >= name.utf8.count else { return false }
        var index = 0
        for byte in name.utf8 {
            guard bytes[index] == byte else { return false }
            index += 1
        }
        return true
    }

    /// Whether the parameter that begins at `start` says something else than a filter on a column.
    private static func isReserved(_ query: String, _ start: Int, _ bytes: Span<UInt8>) -> Bool {
        var end = start
        while bytes[end] != UInt8(ascii: "=") { end += 1 }
        return ReadShape.otherNames.contains(text(query, start, end))
    }

    private static func text(_ query: String, _ start: Int, _ end: Int) -> String {
        let utf8 = query.utf8
        let first = utf8.index(utf8.startIndex, offsetBy: start)
        return String(query[first..<utf8.index(first, offsetBy: end - start)])
    }
}
