/// Which columns of tables the exposed views show, through any number of views between.
struct ViewLineage: Sendable {
    /// A view as the catalog has it.
    struct View: Sendable {
        let oid: Int
        /// Nil for a view of a schema that is only searched: others may lead through it.
        let identifier: QualifiedIdentifier?
        /// By number.
        let columnNames: [Int: String]
        /// By number.
        let origins: [Int: ColumnOrigin]
    }

    /// A view that shows some columns of a table.
    struct Showing: Sendable {
        let view: QualifiedIdentifier
        /// By number of the table's column: the view's columns that show it, first one first.
        var columns: [Int: [String]] = [:]
    }

    /// By oid of the table, in order of the views' names.
    private let showings: [Int: [Showing]]

    init(_ views: [View]) {
        let originsOfViews = Dictionary(views.map { ($0.oid, $0.origins) }, uniquingKeysWith: { first, _ in first })
        var found: [Int: [QualifiedIdentifier: Showing]] = [:]
        for view in views {
            guard let identifier = view.identifier else { continue }
            for (number, origin) in view.origins.sorted(by: { $0.key < $1.key }) {
                guard let name = view.columnNames[number] else { continue }
                for table in ViewLineage.chain(from: origin, through: originsOfViews) {
                    found[table.relation, default: [:]][identifier, default: Showing(view: identifier)]
                        .columns[table.column, default: []].append(name)
                }
            }
        }
        showings = found.mapValues { $0.values.sorted { $0.view < $1.view } }
    }

    /// The origin, its own origin if it is a view's column, and so on.
    private static func chain(
        from origin: ColumnOrigin, through views: [Int: [Int: ColumnOrigin]]
    ) -> [ColumnOrigin] {
        var chain = [origin]
        var next = views[origin.relation]?[origin.column]
        // CREATE OR REPLACE VIEW can close a circle, which PostgreSQL refuses only when it is used.
        while let origin = next, !chain.contains(where: { $0.relation == origin.relation }) {
            chain.append(origin)
            next = views[origin.relation]?[origin.column]
        }
        return chain
    }

    /// The views that show all of `columns` of a table, each with every choice of one of its columns for each of
    /// them.
    func choices(of columns: [ForeignKey.Column], in table: Int) -> [(view: QualifiedIdentifier, columns: [String])] {
        (showings[table] ?? []).flatMap { showing in
            ViewLineage.product(columns.map { showing.columns[$0.number] ?? [] }).map { (showing.view, $0) }
        }
    }

    /// For every view that shows all of the columns: the first column that shows each.
    func firstChoices(of columns: [Int], in table: Int) -> [(view: QualifiedIdentifier, columns: [String])] {
        (showings[table] ?? []).compactMap { showing in
            let shown = columns.compactMap { showing.columns[$0]?.first }
            return shown.count == columns.count ? (showing.view, shown) : nil
        }
    }

    /// A view that shows a key's columns over and over would have as many relationships as there are choices.
    private static let choicesMax = 256

    private static func product(_ lists: [[String]]) -> [[String]] {
        var combinations: [[String]] = [[]]
        for list in lists {
            combinations = combinations.flatMap { combination in list.map { combination + [$0] } }
            if combinations.count > choicesMax { combinations.removeLast(combinations.count - choicesMax) }
        }
        return combinations
    }
}
