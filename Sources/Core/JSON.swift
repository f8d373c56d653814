/// A JSON value (RFC 8259) that keeps what was written: member order and the exact text of numbers.
///
/// Order matters because clients and golden files compare bodies byte for byte, and number text matters because
/// a lab value of `7.30` is not `7.3`. Parse with ``JSON/init(parsing:limits:)``, print with ``JSON/bytes``.
public enum JSON: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A number as its RFC 8259 text.
    case number(String)
    case string(String)
    case array([JSON])
    case object(JSONObject)
}

/// The members of a JSON object in the order they were written. Setting an existing key keeps its place.
public struct JSONObject: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    public private(set) var members: [(key: String, value: JSON)]

    public init() { members = [] }

    public init(dictionaryLiteral elements: (String, JSON)...) {
        self.init()
        for (key, value) in elements { self[key] = value }
    }

    public init(_ members: [(String, JSON)]) {
        self.init()
        // Looking names up one by one would cost the square of their number.
        var index = JSONMemberIndex()
        for (key, value) in members {
            if let place = index.place(of: key, in: self) {
                replaceUnchecked(at: place, value)
            } else {
                appendUnchecked(key, value)
            }
        }
    }

    /// The value under `key`, or nil; setting nil removes the member.
    public subscript(key: String) -> JSON? {
        get { members.first { $0.key.hasSameBytes(as: key) }?.value }
        set {
            let index = members.firstIndex { $0.key.hasSameBytes(as: key) }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append((key, value))
            case (nil, nil): break
            }
        }
    }

    public var isEmpty: Bool { members.isEmpty }
    public var count: Int { members.count }

    /// A shallow merge: members of `other` win, and a `null` in `other` removes the member
    /// (how GoTrue merges metadata).
    public mutating func merge(removingNulls other: JSONObject) {
        // In a conditional expression, `nil` would be read as `JSON.null` and kept.
        for (key, value) in other.members { self[key] = value.isNull ? Optional<JSON>.none : value }
    }

    /// Appends without looking for an earlier member of the same name; only for keys known to be new.
    mutating func appendUnchecked(_ key: String, _ value: JSON) { members.append((key, value)) }

    /// Sets the value of the member at `place`; only for places known to exist.
    mutating func replaceUnchecked(at place: Int, _ value: JSON) { members[place].value = value }

    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members.count == right.members.count
            && left.members.allSatisfy { member in right[member.key] == member.value }
    }

    public func hash(into hasher: inout Hasher) {
        for key in members.map(\.key).sorted() { hasher.combine(key) }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .number(String(value)) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSON)...) { self = .object(JSONObject(elements)) }
    public init(nilLiteral: ()) { self = .null }
}

extension JSON {
    public static func int(_ value: Int) -> JSON { .number(String(value)) }
    /// A finite double; NaN and infinities, which JSON cannot say, become null.
    public static func double(_ value: Double) -> JSON {
        guard value.isFinite else { return .null }
        if value == value.rounded(), abs(value) < 1e15 { return .number(String(Int(value))) }
        return .number(String(value))
    }
    public static func optional(_ value: String?) -> JSON { value.map(JSON.string) ?? .null }

    public var string: String? { if case .string(let value) = self { value } else { nil } }
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
    public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
    public var isNull: Bool { self == .null }
    /// The value as a double; nil where it would be infinite.
    public var double: Double? {
        guard case .number(let text) = self, let value = Double(text), value.isFinite else { return nil }
        return value
    }
    /// The value as an integer: `3` and `3.0` are, `3.5` and numbers outside `Int` are not.
    public var int: Int? {
        guard case .number(let text) = self else { return nil }
        if let exact = Int(text) { return exact }
        guard let value = Double(text), value == value.rounded(), abs(value) < 9e15 else { return nil }
        return Int(value)
    }

    /// A member of an object; nil for other kinds.
    public subscript(key: String) -> JSON? { object?[key] }
}
