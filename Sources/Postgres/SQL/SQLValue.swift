public import Core

/// One bound parameter. Text values travel in text format and take their type from the statement; bytes travel
/// in binary format as `bytea`.
public enum SQLValue: Sendable, Hashable {
    case null
    case text(String)
    case bytes([UInt8])
    /// Part of something large, in binary format. A statement with one is written only when what was sent before it has
    /// left the program, so that however many follow one another, one is held twice at a time.
    case portion(ArraySlice<UInt8>)

    var isPortion: Bool { if case .portion = self { true } else { false } }
    fileprivate var byteCount: Int {
        switch self {
        case .null: 0
        case .text(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        case .portion(let bytes): bytes.count
        }
    }
}

extension [SQLValue] {
    /// Bytes that the values have when each is followed by a NUL.
    var byteCount: Int { reduce(0) { $0 + $1.byteCount + 1 } }
}

/// A Swift type that can be bound to a parameter.
public protocol SQLConvertible {
    /// The value in PostgreSQL's text (or, for `bytea`, binary) format.
    var sqlValue: SQLValue { get }
}

extension SQLValue: SQLConvertible {
    public var sqlValue: SQLValue { self }
}
extension String: SQLConvertible {
    public var sqlValue: SQLValue { .text(self) }
}
extension Substring: SQLConvertible {
    public var sqlValue: SQLValue { .text(String(self)) }
}
extension Int: SQLConvertible {
    public var sqlValue: SQLValue { .text(String(self)) }
}
extension Int64: SQLConvertible {
    public var sqlValue: SQLValue { .text(String(self)) }
}
extension Double: SQLConvertible {
    public var sqlValue: SQLValue {
        if isNaN { return .text("NaN") }
        return .text(isInfinite ? (self < 0 ? "-Infinity" : "Infinity") : String(self))
    }
}
extension Bool: SQLConvertible {
    public var sqlValue: SQLValue { .text(self ? "true" : "false") }
}
extension JSON: SQLConvertible {
    /// JSON text; bind it where the statement says `::json` or `::jsonb`.
    public var sqlValue: SQLValue { .text(text) }
}
extension Timestamp: SQLConvertible {
    /// ISO 8601 in UTC; bind it where the statement expects `timestamptz`.
    public var sqlValue: SQLValue { .text(rfc3339()) }
}
extension Array: SQLConvertible where Element: SQLArrayElement {
    /// For `[UInt8]` a `bytea`, for everything else a one-dimensional array literal.
    public var sqlValue: SQLValue { Element.arrayValue(self) }
}

/// A type whose arrays can be bound.
public protocol SQLArrayElement {
    /// The whole array as one parameter.
    static func arrayValue(_ elements: [Self]) -> SQLValue
}
extension UInt8: SQLArrayElement {
    public static func arrayValue(_ elements: [UInt8]) -> SQLValue { .bytes(elements) }
}
extension String: SQLArrayElement {
    /// An array literal (`{"a","b"}`) with every element quoted, so no content can change its shape.
    public static func arrayValue(_ elements: [String]) -> SQLValue {
        let quoted = elements.map { element in
            var text = "\""
            for character in element.unicodeScalars {
                if character == "\"" || character == "\\" { text += "\\" }
                text.unicodeScalars.append(character)
            }
            return text + "\""
        }
        return .text("{" + quoted.joined(separator: ",") + "}")
    }
}
extension Int: SQLArrayElement {
    public static func arrayValue(_ elements: [Int]) -> SQLValue {
        .text("{" + elements.map(String.init).joined(separator: ",") + "}")
    }
}
