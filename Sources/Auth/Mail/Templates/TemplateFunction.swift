internal import Core

/// The functions that templates may call: those of Go's text/template which mails use.
enum TemplateFunction: String, Sendable, CaseIterable {
    case and, or, not, eq, ne, lt, le, gt, ge, len, index, print, printf, html, urlquery

    /// Throws a text for the operator.
    func call(_ arguments: [JSON]) throws(TemplateError) -> JSON {
        switch self {
        case .and: return arguments.first { !$0.isTrue } ?? arguments.last ?? .null
        case .or: return arguments.first { $0.isTrue } ?? arguments.last ?? .null
        case .not: return .bool(!(try only(arguments)).isTrue)
        case .eq:
            guard arguments.count >= 2 else { throw count(arguments) }
            return .bool(arguments.dropFirst().contains(arguments[0]))
        case .ne: return .bool(try pair(arguments).0 != pair(arguments).1)
        case .lt: return .bool(try order(arguments) < 0)
        case .le: return .bool(try order(arguments) <= 0)
        case .gt: return .bool(try order(arguments) > 0)
        case .ge: return .bool(try order(arguments) >= 0)
        case .len: return .int(try length(of: only(arguments)))
        case .index: return try item(arguments)
        case .print: return .string(arguments.map(\.printed).joined(separator: " "))
        case .printf: return .string(try formatted(arguments))
        case .html: return .string(HTMLEscaping.text(arguments.map(\.printed).joined()))
        case .urlquery: return .string(PercentEncoding.encode(arguments.map(\.printed).joined()))
        }
    }

    private func count(_ arguments: [JSON]) -> TemplateError {
        TemplateError("\(rawValue) does not take \(arguments.count) arguments")
    }

    private func only(_ arguments: [JSON]) throws(TemplateError) -> JSON {
        guard arguments.count == 1 else { throw count(arguments) }
        return arguments[0]
    }

    private func pair(_ arguments: [JSON]) throws(TemplateError) -> (JSON, JSON) {
        guard arguments.count == 2 else { throw count(arguments) }
        return (arguments[0], arguments[1])
    }

    private func order(_ arguments: [JSON]) throws(TemplateError) -> Int {
        let (left, right) = try pair(arguments)
        if let left = left.double, let right = right.double { return left < right ? -1 : left == right ? 0 : 1 }
        guard let left = left.string, let right = right.string else {
            throw TemplateError("\(rawValue) compares two numbers or two texts")
        }
        return left < right ? -1 : left == right ? 0 : 1
    }

    private func length(of value: JSON) throws(TemplateError) -> Int {
        switch value {
        case .string(let text): text.utf8.count
        case .array(let items): items.count
        case .object(let object): object.count
        case .null: 0
        case .bool, .number: throw TemplateError("len of a value that has no length")
        }
    }

    private func item(_ arguments: [JSON]) throws(TemplateError) -> JSON {
        guard var value = arguments.first else { throw count(arguments) }
        for key in arguments.dropFirst() {
            switch (value, key) {
            case (.object(let object), .string(let name)): value = object[name] ?? .null
            case (.array(let items), .number):
                guard let place = key.int, items.indices.contains(place) else {
                    throw TemplateError("index is out of range")
                }
                value = items[place]
            case (.null, _): value = .null
            default: throw TemplateError("index of a value that has no items")
            }
        }
        return value
    }

    /// `%s`, `%v`, `%d`, `%q` and `%%`, without widths.
    private func formatted(_ arguments: [JSON]) throws(TemplateError) -> String {
        guard let format = arguments.first?.string else { throw TemplateError("printf needs a format") }
        var rest = arguments.dropFirst()
        var output = ""
        var isVerb = false
        for character in format {
            guard isVerb else {
                if character == "%" { isVerb = true } else { output.append(character) }
                continue
            }
            isVerb = false
            switch character {
            case "%": output.append("%")
            case "s", "v", "d": output += (rest.popFirst() ?? .null).printed
            case "q": output += JSON.string((rest.popFirst() ?? .null).printed).text
            default: throw TemplateError("printf does not know %\(character)")
            }
        }
        return output
    }
}

extension JSON {
    /// As a template prints it; null, which is also what is missing, prints nothing.
    var printed: String {
        switch self {
        case .null: ""
        case .string(let text): text
        default: text
        }
    }

    /// Go's truth: everything but false, zero, nothing and the empty.
    var isTrue: Bool {
        switch self {
        case .null: false
        case .bool(let value): value
        case .number: double != 0
        case .string(let text): !text.isEmpty
        case .array(let items): !items.isEmpty
        case .object(let object): !object.isEmpty
        }
    }
}
