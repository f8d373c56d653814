internal import Core

extension JSONPath {
    /// The first node that the query gives.
    func first(in root: JSON) -> JSON? { nodes(of: root, root: root).first }

    private func nodes(of current: JSON, root: JSON) -> [JSON] {
        var nodes = [isRelative ? current : root]
        for segment in segments {
            let starts = segment.isDescendant ? nodes.flatMap(JSONPath.withDescendants) : nodes
            nodes = starts.flatMap { node in
                segment.selectors.flatMap { JSONPath.select($0, of: node, root: root) }
            }
        }
        return nodes
    }

    private static func children(_ node: JSON) -> [JSON] {
        switch node {
        case .array(let elements): elements
        case .object(let object): object.members.map(\.value)
        case .null, .bool, .number, .string: []
        }
    }

    /// Claims are nested as deep as the token's parser allows, so recursion is bounded.
    private static func withDescendants(_ node: JSON) -> [JSON] { [node] + children(node).flatMap(withDescendants) }

    private static func select(_ selector: Selector, of node: JSON, root: JSON) -> [JSON] {
        switch selector {
        case .name(let name): return node[name].map { [$0] } ?? []
        case .wildcard: return children(node)
        case .index(let index):
            guard let elements = node.array else { return [] }
            let place = index < 0 ? elements.count + index : index
            return elements.indices.contains(place) ? [elements[place]] : []
        case .slice(let start, let end, let step):
            return node.array.map { slice($0, start: start, end: end, step: step) } ?? []
        case .filter(let condition):
            return children(node).filter { holds(condition, for: $0, root: root) }
        }
    }

    /// RFC 9535, section 2.3.4.2.2.
    private static func slice(_ elements: [JSON], start: Int?, end: Int?, step: Int) -> [JSON] {
        let count = elements.count
        func place(_ index: Int) -> Int { index < 0 ? max(count + index, -1) : min(index, count) }
        if step > 0 {
            let lower = max(place(start ?? 0), 0)
            let upper = max(place(end ?? count), 0)
            return stride(from: lower, to: upper, by: step).map { elements[$0] }
        }
        guard step < 0 else { return [] }
        let upper = min(place(start ?? count - 1), count - 1)
        let lower = end.map { min(place($0), count - 1) } ?? -1
        return stride(from: upper, to: lower, by: step).map { elements[$0] }
    }

    // MARK: Conditions

    private static func holds(_ condition: Condition, for node: JSON, root: JSON) -> Bool {
        switch condition {
        case .any(let conditions): conditions.contains { holds($0, for: node, root: root) }
        case .all(let conditions): conditions.allSatisfy { holds($0, for: node, root: root) }
        case .not(let condition): !holds(condition, for: node, root: root)
        case .exists(let path): !path.nodes(of: node, root: root).isEmpty
        case .comparison(let left, let comparison, let right):
            compare(value(left, node, root), comparison, value(right, node, root))
        case .search(let operand, let pattern):
            matches(value(operand, node, root)?.string, pattern)
        }
    }

    private static func value(_ operand: Operand, _ node: JSON, _ root: JSON) -> JSON? {
        switch operand {
        case .literal(let value): value
        case .path(let path): path.nodes(of: node, root: root).first
        }
    }

    /// RFC 9535, section 2.3.5.2.2: nothing equals nothing, and only numbers and texts have an order.
    private static func compare(_ left: JSON?, _ comparison: Comparison, _ right: JSON?) -> Bool {
        switch comparison {
        case .equal: isEqual(left, right)
        case .unequal: !isEqual(left, right)
        case .less: isLess(left, right)
        case .greater: isLess(right, left)
        case .atMost: isLess(left, right) || isEqual(left, right)
        case .atLeast: isLess(right, left) || isEqual(left, right)
        }
    }

    private static func isEqual(_ left: JSON?, _ right: JSON?) -> Bool {
        switch (left, right) {
        case (nil, nil): true
        case (let left?, let right?):
            if let first = left.double, let second = right.double { first == second } else { left == right }
        default: false
        }
    }

    private static func isLess(_ left: JSON?, _ right: JSON?) -> Bool {
        if let first = left?.double, let second = right?.double { return first < second }
        guard let first = left?.string, let second = right?.string else { return false }
        return first.unicodeScalars.lexicographicallyPrecedes(second.unicodeScalars)
    }

    /// The pattern was tried when the path was read. A text of claims is as long as a token at most.
    private static func matches(_ text: String?, _ pattern: String) -> Bool {
        guard let text, let expression = try? Regex(pattern) else { return false }
        return text.firstMatch(of: expression) != nil
    }
}
