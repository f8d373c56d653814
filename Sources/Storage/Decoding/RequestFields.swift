internal import Core
internal import Gateway

/// The members of a JSON body, read as upstream's validator coerces them (storage contract, section 1): numeric text
/// is a number, `"true"` is true, unknown members are ignored. What does not fit throws `.schemaViolation`.
struct RequestFields: Sendable {
    private let object: JSONObject
    /// How errors name the object: `body`, `body/sortBy`.
    private let path: String

    init(_ object: JSONObject, path: String = "body") {
        self.object = object
        self.path = path
    }

    /// The body of `request`, which must be a JSON object.
    init(bodyOf request: GatewayRequest) async throws(StorageError) {
        let body: JSON?
        do throws(BodyError) {
            body = try await request.json(limit: StorageLimits.jsonBody)
        } catch {
            throw StorageError(error)
        }
        guard let object = body?.object else { throw .schemaViolation("body must be object") }
        self.init(object)
    }

    /// Whether the member is there, be it null.
    func has(_ name: String) -> Bool { object[name] != nil }
    func isNull(_ name: String) -> Bool { object[name]?.isNull == true }
    subscript(name: String) -> JSON? { object[name] }

    /// A violation of the rule for one member.
    func violation(_ name: String, _ rule: String) -> StorageError { .schemaViolation("\(path)/\(name) \(rule)") }

    func requiredText(_ name: String) throws(StorageError) -> String {
        guard let text = try text(name) else {
            throw .schemaViolation("\(path) must have required property '\(name)'")
        }
        return text
    }

    func text(_ name: String) throws(StorageError) -> String? {
        switch object[name] {
        case nil: return nil
        case .string(let text), .number(let text): return text
        case .bool(let value): return String(value)
        case .null: return ""
        case .array, .object: throw violation(name, "must be string")
        }
    }

    func bool(_ name: String) throws(StorageError) -> Bool? {
        switch object[name] {
        case nil: return nil
        case .bool(let value): return value
        case .string("true"), .number("1"): return true
        case .string("false"), .number("0"), .null: return false
        case .string, .number, .array, .object: throw violation(name, "must be boolean")
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(StorageError) -> Int? {
        let value: Int?
        switch object[name] {
        case nil: return nil
        case .string(let text): value = JSON.number(text).int
        case .number: value = object[name]?.int
        case .bool(let flag): value = flag ? 1 : 0
        case .null: value = 0
        case .array, .object: value = nil
        }
        guard let value else { throw violation(name, "must be integer") }
        guard value >= range.lowerBound else { throw violation(name, "must be >= \(range.lowerBound)") }
        guard value <= range.upperBound else { throw violation(name, "must be <= \(range.upperBound)") }
        return value
    }

    /// One of the raw values of an enumeration.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, of type: Choice.Type
    ) throws(StorageError) -> Choice? {
        guard let text = try text(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw violation(name, "must be equal to one of the allowed values")
        }
        return choice
    }

    /// A list of texts with a number of entries within `count`; nil when the member is absent.
    func texts(_ name: String, count: ClosedRange<Int>) throws(StorageError) -> [String]? {
        guard let member = object[name] else { return nil }
        guard let items = member.array else { throw violation(name, "must be array") }
        guard items.count >= count.lowerBound else {
            throw violation(name, "must NOT have fewer than \(count.lowerBound) items")
        }
        guard items.count <= count.upperBound else {
            throw violation(name, "must NOT have more than \(count.upperBound) items")
        }
        var texts: [String] = []
        for (index, item) in items.enumerated() {
            guard let text = item.string else { throw violation("\(name)/\(index)", "must be string") }
            texts.append(text)
        }
        return texts
    }

    /// An object member; nil when it is absent or null.
    func object(_ name: String) throws(StorageError) -> RequestFields? {
        guard let member = object[name], !member.isNull else { return nil }
        guard let nested = member.object else { throw violation(name, "must be object") }
        return RequestFields(nested, path: "\(path)/\(name)")
    }
}
