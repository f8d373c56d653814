import TestSupport

@testable import Rest

/// Makes random values of the query language and prints them the way a careful client would.
enum QueryPrinter {
    private static let names = [
        "id", "first name", "a-b", "größe", "_x", "$1", "count", "in", "not", "a.b", "x,y", "a\"b", "c\\d", "(", "",
        " padded ", "漢字", "a->b", "*",
    ]
    private static let values = ["1", "x y", "a,b", "(z)", "\"q\"", "back\\slash", "", "{1,2}", "ü", "null", "a.b:c"]

    /// In quotes, whatever it holds.
    static func quoted(_ text: String) -> String {
        "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined() + "\""
    }

    /// Bare where a bare name is one.
    private static func text(name: String) -> String {
        let isPlain =
            !name.isEmpty && name.unicodeScalars.allSatisfy { Grammar.isNameCharacter($0) && $0 != " " }
        return isPlain ? name : quoted(name)
    }

    // MARK: - Fields

    private static func field(_ generator: inout SeededGenerator) -> Field {
        let path = (0..<Int.random(in: 0...2, using: &generator)).map { _ in
            let operand: JSONStep.Operand =
                generator.chance(50) ? .key(generator.pick(names)) : .index(generator.pick(["+0", "-1", "+12"]))
            return JSONStep(operand: operand, asText: generator.chance(50))
        }
        return Field(generator.pick(names), path: path)
    }

    private static func text(_ field: Field) -> String {
        field.path.reduce(text(name: field.name)) { text, step in
            let arrow = step.asText ? "->>" : "->"
            return switch step.operand {
            case .key(let key): text + arrow + quoted(key)
            case .index(let index): text + arrow + index.drop { $0 == "+" }
            }
        }
    }

    // MARK: - Select

    static func items(_ generator: inout SeededGenerator, depth: Int) -> [SelectItem] {
        (0...Int.random(in: 0...2, using: &generator)).map { _ in item(&generator, depth: depth) }
    }

    private static func item(_ generator: inout SeededGenerator, depth: Int) -> SelectItem {
        if depth > 0, generator.chance(40) {
            var embed = EmbedSelection(target: generator.pick(names.filter { $0 != "count" }))
            embed.isSpread = generator.chance(30)
            if !embed.isSpread, generator.chance(30) { embed.alias = generator.pick(names) }
            if generator.chance(30) { embed.hint = generator.pick(names) }
            if generator.chance(30) { embed.joinType = generator.pick([.inner, .left]) }
            if generator.chance(90) { embed.items = items(&generator, depth: depth - 1) }
            return .embed(embed)
        }
        if generator.chance(15) { return .all }
        var column = ColumnSelection(field: field(&generator))
        if generator.chance(30) { column.alias = generator.pick(names) }
        if generator.chance(30) { column.cast = generator.pick(["text", "double precision", "_int4"]) }
        if generator.chance(30) {
            column.aggregate = AggregateCall(function: generator.pick(AggregateFunction.allCases))
            if generator.chance(30) { column.aggregate?.cast = "int" }
        }
        return .column(column)
    }

    static func text(_ items: [SelectItem]) -> String { items.map(text).joined(separator: ",") }

    private static func text(_ item: SelectItem) -> String {
        switch item {
        case .all: return "*"
        case .column(let column):
            var result = (column.alias.map { text(name: $0) + ":" } ?? "") + text(column.field)
            if let cast = column.cast { result += "::" + cast }
            if let aggregate = column.aggregate {
                result += ".\(aggregate.function.rawValue)()" + (aggregate.cast.map { "::" + $0 } ?? "")
            }
            return result
        case .embed(let embed):
            var result = embed.isSpread ? "..." : embed.alias.map { text(name: $0) + ":" } ?? ""
            result += text(name: embed.target)
            if let hint = embed.hint { result += "!" + quoted(hint) }
            if let joinType = embed.joinType { result += "!" + joinType.rawValue }
            return result + "(" + text(embed.items) + ")"
        }
    }

    // MARK: - Logic

    static func group(_ generator: inout SeededGenerator, depth: Int) -> LogicTree {
        let members = (0...Int.random(in: 0...2, using: &generator)).map { _ in
            depth > 0 && generator.chance(40)
                ? group(&generator, depth: depth - 1) : LogicTree.filter(filter(&generator))
        }
        return .group(generator.pick([.and, .or]), isNegated: generator.chance(30), members)
    }

    private static func filter(_ generator: inout SeededGenerator) -> Filter {
        let operations: [FilterOperation] = [
            .simple(generator.pick(SimpleOperator.allCases), generator.pick(values)),
            .quantified(
                generator.pick(QuantifiableOperator.allCases), generator.pick([nil, .any, .all]),
                generator.pick(values)),
            .isIn((0...Int.random(in: 0...2, using: &generator)).map { _ in generator.pick(values) }),
            .isValue(generator.pick(IsValue.allCases)), .isDistinctFrom(generator.pick(values)),
            .textSearch(
                generator.pick(TextSearchOperator.allCases), language: generator.pick([nil, "german"]),
                generator.pick(values)),
        ]
        return Filter(
            field: field(&generator), isNegated: generator.chance(30), operation: generator.pick(operations))
    }

    static func text(_ tree: LogicTree) -> String {
        switch tree {
        case .filter(let filter):
            text(filter.field) + "." + (filter.isNegated ? "not." : "") + text(filter.operation)
        case .group(let logicOperator, let isNegated, let members):
            (isNegated ? "not." : "") + logicOperator.rawValue + "(" + members.map(text).joined(separator: ", ") + ")"
        }
    }

    private static func text(_ operation: FilterOperation) -> String {
        switch operation {
        case .simple(let name, let value): "\(name.rawValue).\(quoted(value))"
        case .quantified(let name, let quantifier, let value):
            name.rawValue + (quantifier.map { "(\($0.rawValue))" } ?? "") + "." + quoted(value)
        case .isIn(let values): "in.(" + values.map(quoted).joined(separator: ",") + ")"
        case .isValue(let value): "is." + value.rawValue.uppercased()
        case .isDistinctFrom(let value): "isdistinct." + quoted(value)
        case .textSearch(let name, let language, let value):
            name.rawValue + (language.map { "(\($0))" } ?? "") + "." + quoted(value)
        }
    }

    // MARK: - Order

    static func term(_ generator: inout SeededGenerator) -> OrderTerm {
        OrderTerm(
            relation: generator.chance(30) ? generator.pick(names) : nil, field: field(&generator),
            direction: generator.pick([nil, .ascending, .descending]), nulls: generator.pick([nil, .first, .last]))
    }

    static func text(_ term: OrderTerm) -> String {
        let field = text(term.field)
        var result = term.relation.map { text(name: $0) + "(" + field + ")" } ?? field
        if let direction = term.direction { result += "." + direction.rawValue }
        if let nulls = term.nulls { result += "." + nulls.rawValue }
        return result
    }
}
