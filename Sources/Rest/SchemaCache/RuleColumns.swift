/// Reads the origins of a view's columns out of its rewrite rule (`pg_rewrite.ev_action`), the printed form of the
/// query's tree.
///
/// Of that form (PostgreSQL's `outfuncs.c`) this needs little: nodes are `{KIND :field value …}`, and every brace,
/// parenthesis, blank and backslash that is not structure follows a backslash. The query is the outermost node; its
/// `:targetList` holds one TARGETENTRY a column, which names the origin PostgreSQL found through joins, subqueries
/// and CTEs.
struct RuleColumns {
    /// By column number of the view; columns that show no single column as it is are absent.
    private(set) var origins: [Int: ColumnOrigin] = [:]
    private var depth = 0
    private var isInTargetList = false
    private var number = 0
    private var relation = 0
    private var column = 0

    init(of rule: Span<UInt8>) {
        var position = 0
        while position < rule.count {
            switch rule[position] {
            case UInt8(ascii: "\\"): position += 1
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"):
                if depth == 2, isInTargetList { endEntry() }
                depth -= 1
                // A view's rule is one query.
                if depth == 0 { return }
            case UInt8(ascii: ":") where depth == 1:
                isInTargetList = rule.holds(":targetList ", at: position)
            case UInt8(ascii: ":") where depth == 2 && isInTargetList: readField(rule, at: position)
            default: break
            }
            position += 1
        }
    }

    private mutating func readField(_ rule: Span<UInt8>, at position: Int) {
        if let value = rule.integer(after: ":resno ", at: position) { number = value }
        if let value = rule.integer(after: ":resorigtbl ", at: position) { relation = value }
        if let value = rule.integer(after: ":resorigcol ", at: position) { column = value }
    }

    private mutating func endEntry() {
        if relation != 0, column > 0, number > 0 {
            origins[number] = ColumnOrigin(relation: relation, column: column)
        }
        (number, relation, column) = (0, 0, 0)
    }
}

extension Span<UInt8> {
    fileprivate func holds(_ text: StaticString, at position: Int) -> Bool {
        let text = text.description.utf8
        guard position + text.count <= count else { return false }
        return zip(text, position...).allSatisfy { $0 == self[$1] }
    }

    /// The digits behind `label`; nil where another label stands.
    fileprivate func integer(after label: StaticString, at position: Int) -> Int? {
        guard holds(label, at: position) else { return nil }
        var place = position + label.utf8CodeUnitCount
        var value = 0
        while place < count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self[place]), value < 1 << 40 {
            value = value * 10 + Int(self[place] - UInt8(ascii: "0"))
            place += 1
        }
        return value
    }
}
