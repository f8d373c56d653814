extension QueryParameters {
    /// What a query string says, and the bounds of the root's rows. `takesArguments` for a function called by GET or
    /// HEAD: values without an operator are then arguments. Throws ``RequestError/syntax(message:details:)``.
    static func parse(
        _ raw: some StringProtocol, takesArguments: Bool
    ) throws(RequestError) -> (parameters: QueryParameters, rootBounds: RowBounds) {
        guard let form = FormPairs(parsing: raw.utf8) else {
            throw .syntax(message: "\"failed to parse query string\" (line 1, column 1)", details: "not UTF-8")
        }
        var parameters = QueryParameters()
        parameters.canonical = form.canonical
        var ranges = RangeParameters()
        var order: [(String, String)] = []
        var logic: [(String, String)] = []
        var filters: [(String, String)] = []
        for (name, value) in form.pairs {
            guard let value, !reserved.contains(name) else { continue }
            switch lastSegment(name) {
            case "order": order.append((name, value))
            case "and", "or": logic.append((name, value))
            case "limit": ranges.limits[name] = value
            case "offset": ranges.offsets[String(name.dropLast("offset".count)) + "limit"] = value
            default: filters.append((name, value))
            }
        }
        for (name, value) in order { parameters.order.append(try orderTerms(name, value)) }
        for (name, value) in logic { parameters.logic.append(try logicTree(name, value)) }
        try parameters.readLists(form)
        for (name, value) in filters { try parameters.addFilter(name, value, takesArguments: takesArguments) }
        let rootBounds = try parameters.addRanges(ranges)
        return (parameters, rootBounds)
    }

    private static let reserved: Set<String> = ["select", "columns", "on_conflict"]

    private struct RangeParameters {
        /// By the name of the limit.
        var limits: [String: String] = [:]
        var offsets: [String: String] = [:]
    }

    /// What follows the last dot, be it inside quotes or not.
    private static func lastSegment(_ name: String) -> Substring {
        name.utf8.lastIndex(of: UInt8(ascii: ".")).map { name[name.utf8.index(after: $0)...] } ?? name[...]
    }

    // MARK: - Kinds of parameters

    private static func path(_ name: String) throws(RequestError) -> Placed<Field> {
        try QueryReader.read("tree path", name, Grammar.treePath)
    }

    private static func orderTerms(_ name: String, _ value: String) throws(RequestError) -> Placed<[OrderTerm]> {
        let path = try path(name).path
        return Placed(path: path, value: try QueryReader.read("order", value, Grammar.orderList))
    }

    private static func logicTree(_ name: String, _ value: String) throws(RequestError) -> Placed<LogicTree> {
        let place = try QueryReader.read("logic path", name, Grammar.logicPath)
        let tree = try QueryReader.read("logic tree", shown: value, place.value + value, Grammar.logicTree)
        return Placed(path: place.path, value: tree)
    }

    private mutating func readLists(_ form: FormPairs) throws(RequestError) {
        if let list = form.value("columns") {
            columns = KeySet.sorted(try QueryReader.read("columns parameter", list, Grammar.columns))
        }
        if let list = form.value("select") {
            let items = try QueryReader.read("select parameter", list, Grammar.selectList)
            if !items.isEmpty { select = items }
        }
        if let list = form.value("on_conflict") {
            onConflict = try QueryReader.read("on_conflict parameter", list, Grammar.columns)
        }
    }

    private mutating func addFilter(
        _ name: String, _ value: String, takesArguments: Bool
    ) throws(RequestError) {
        filterNames.insert(name)
        let place = try QueryParameters.path(name)
        let read = try QueryReader.read("filter", value) {
            (reader) throws(SyntaxStop) -> (isNegated: Bool, operation: FilterOperation)? in
            guard takesArguments else { return try Grammar.filterValue(&reader, Grammar.wholeValue) }
            return try reader.optional { (reader) throws(SyntaxStop) in
                try Grammar.filterValue(&reader, Grammar.wholeValue)
            }
        }
        guard let (isNegated, operation) = read else {
            arguments.append((place.value.name, value))
            return
        }
        let filter = Filter(field: place.value, isNegated: isNegated, operation: operation)
        if place.path.isEmpty {
            rootFilters.append(filter)
        } else {
            embedFilters.append(Placed(path: place.path, value: filter))
        }
    }

    /// Adds the ranges of embeds and returns the root's.
    private mutating func addRanges(_ ranges: RangeParameters) throws(RequestError) -> RowBounds {
        var root = RowBounds.all
        for name in Set(ranges.limits.keys).union(ranges.offsets.keys).sorted() {
            let bounds = RowBounds(limit: ranges.limits[name], offset: ranges.offsets[name])
            if name == "limit" {
                root = bounds
            } else {
                embedRanges.append(Placed(path: try QueryParameters.path(name).path, value: bounds.range))
            }
        }
        return root
    }
}
