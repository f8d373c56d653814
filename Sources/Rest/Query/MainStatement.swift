internal import Postgres

/// The one statement of a request: the rows, aggregated to the body by PostgreSQL, and everything else the answer
/// needs, in one row.
struct MainStatement: Sendable {
    /// Where in the row things are. Upstream's order, which clients see in plans.
    struct Places: Sendable, Hashable {
        let total = 0
        let rows = 1
        let body: Int
        var headers: Int { body + 1 }
        var status: Int { body + 2 }
        /// Only for writes.
        let location: Int?
        let inserted: Int?

        static let read = Places(body: 2, location: nil, inserted: nil)
        static let write = Places(body: 3, location: 2, inserted: 6)
    }

    let places: Places
    /// Whether a last column holds the ``Guard``.
    var hasGuard = false
    /// What has to come before it in the same transaction.
    var preparations: [SQL] = []
    let sql: SQL
    /// Asks the planner how many rows there are without limit.
    let estimate: SQL?

    init(_ plan: ReadPlan, preferences: Preferences, range: RowRange, configuration: RestConfiguration) {
        var writer = SQLWriter()
        writer.explain(plan.format)
        writer.write("WITH pgrst_source AS (")
        writer.write(plan.root)
        writer.write(")")
        let counting = Counting(preferences.count, range: range, rowsMax: configuration.rowsMax)
        counting.writeSource(of: plan.root, to: &writer)
        writer.write(" SELECT ")
        counting.writeTotal(to: &writer)
        writer.write(", pg_catalog.count(_postgrest_t), ")
        writer.write(plan.format.aggregation)
        writer.writeResponseSettings()
        writer.write(" FROM (SELECT * FROM pgrst_source) _postgrest_t")
        places = .read
        sql = writer.sql
        estimate = counting.estimate(of: plan.root)
    }

    init(_ plan: WritePlan, preferences: Preferences) {
        var writer = SQLWriter()
        writer.explain(plan.format)
        writer.write("WITH pgrst_source AS (")
        writer.write(plan)
        writer.write(") SELECT NULL, pg_catalog.count(_postgrest_t), ")
        if plan.isInsert, preferences.representation == .headersOnly {
            writer.writeLocation(primaryKey: plan.relation.primaryKey)
        } else {
            writer.write("NULL")
        }
        writer.write(", ")
        writer.write(plan.format.aggregation)
        writer.writeResponseSettings()
        writer.write(", ")
        if plan.countsInserted {
            writer.write("nullif(current_setting('pgrst.inserted', true), '')::int")
        } else {
            writer.write("NULL")
        }
        writer.write(", ")
        writer.write(plan.rowGuard(preferences))
        writer.write(" FROM (")
        // Without a body to show, select may name what RETURNING does not give.
        if plan.format.aggregation == .none {
            writer.write("SELECT * FROM pgrst_source")
        } else {
            writer.write(plan.root)
        }
        writer.write(") _postgrest_t")
        places = .write
        preparations = plan.body.preparations
        sql = writer.sql
        estimate = nil
    }

    init(_ plan: CallPlan, preferences: Preferences, range: RowRange, configuration: RestConfiguration) {
        var writer = SQLWriter()
        writer.explain(plan.format)
        writer.write("WITH pgrst_source AS (")
        writer.write(plan)
        writer.write(")")
        let counting = Counting(
            preferences.count == .planned ? nil : preferences.count, range: range, rowsMax: configuration.rowsMax)
        counting.writeSource(of: plan.root, to: &writer)
        writer.write(" SELECT ")
        counting.writeTotal(to: &writer)
        if plan.routine.returnsSingle {
            writer.write(", 1, ")
        } else {
            writer.write(", pg_catalog.count(_postgrest_t), ")
        }
        writer.write(plan.format.aggregation, routine: plan.routine)
        writer.writeResponseSettings()
        writer.write(", ")
        writer.write(plan.rowGuard(preferences))
        writer.write(" FROM (")
        writer.write(plan.root)
        writer.write(") _postgrest_t")
        places = .read
        preparations = plan.arguments.preparations
        hasGuard = true
        sql = writer.sql
        estimate = nil
    }
}

extension CallPlan.Arguments {
    fileprivate var preparations: [SQL] {
        switch self {
        case .none, .values: []
        case .json(let body, _): body.preparations
        case .whole(let body, let parameter): parameter.type == "bytea" ? [] : body.preparations
        }
    }
}

extension WritePlan {
    var isInsert: Bool {
        switch change {
        case .insert, .singleUpsert: true
        case .update, .delete: false
        }
    }

    /// Whether the answer depends on how many rows were new.
    var countsInserted: Bool {
        switch change {
        case .insert(let conflict): conflict?.resolution == .mergeDuplicates
        case .singleUpsert: true
        case .update, .delete: false
        }
    }

    func rowGuard(_ preferences: Preferences) -> Guard? {
        if case .singleUpsert = change { return .upsertedRow }
        if format.wantsSingleRow { return .singleRow }
        guard !isInsert, preferences.handling == .strict else { return nil }
        return preferences.maxAffected.map { .rowsMax($0) }
    }
}

extension CallPlan {
    func rowGuard(_ preferences: Preferences) -> Guard? {
        // A function that returns one value or row cannot break either.
        guard routine.returnsSet else { return nil }
        if format.wantsSingleRow { return .singleRow }
        guard preferences.handling == .strict else { return nil }
        return preferences.maxAffected.map { .rowsMax($0) }
    }
}

/// How the number of rows without limit is found.
private struct Counting {
    let preference: Preferences.Count?
    let rowsMax: Int?
    /// Whether the page may hold fewer rows than there are.
    let isLimited: Bool

    init(_ preference: Preferences.Count?, range: RowRange, rowsMax: Int?) {
        self.preference = preference
        self.rowsMax = rowsMax
        isLimited = rowsMax != nil || range != .all
    }

    private var countsRows: Bool { preference == .exact || preference == .estimated }

    func writeSource(of root: ReadNode, to writer: inout SQLWriter) {
        guard countsRows, isLimited else { return }
        writer.write(", pgrst_source_count AS (")
        writer.write(countOf: root)
        if preference == .estimated, let rowsMax {
            // One more tells that there are more.
            writer.write(" LIMIT ")
            writer.bind(rowsMax + 1)
        }
        writer.write(")")
    }

    func writeTotal(to writer: inout SQLWriter) {
        switch (countsRows, isLimited) {
        case (false, _): writer.write("NULL::bigint")
        case (true, true): writer.write("(SELECT pg_catalog.count(*) FROM pgrst_source_count)")
        case (true, false): writer.write("pg_catalog.count(_postgrest_t)")
        }
    }

    func estimate(of root: ReadNode) -> SQL? {
        guard preference == .planned || (preference == .estimated && rowsMax != nil) else { return nil }
        var writer = SQLWriter()
        writer.write("EXPLAIN (FORMAT JSON) ")
        writer.write(countOf: root)
        return writer.sql
    }
}

extension SQLWriter {
    fileprivate mutating func explain(_ format: AnswerFormat) {
        guard let (planFormat, options) = format.plan else { return }
        switch planFormat {
        case .json: write("EXPLAIN (FORMAT JSON")
        case .text: write("EXPLAIN (FORMAT TEXT")
        }
        for option in MediaType.PlanOption.allCases where options.contains(option) {
            switch option {
            case .analyze: write(", ANALYZE")
            case .verbose: write(", VERBOSE")
            case .settings: write(", SETTINGS")
            case .buffers: write(", BUFFERS")
            case .wal: write(", WAL")
            }
        }
        write(") ")
    }

    /// What functions, triggers and views of the request asked the answer to be.
    fileprivate mutating func writeResponseSettings() {
        write(", nullif(current_setting('response.headers', true), '')")
        write(", nullif(current_setting('response.status', true), '')")
    }

    /// Pairs of key column and filter for the one row inserted, as a JSON array; null for other numbers of rows.
    fileprivate mutating func writeLocation(primaryKey: [String]) {
        write("CASE WHEN pg_catalog.count(_postgrest_t) = 1 THEN (SELECT json_agg(json_build_array(json_data.key, ")
        write("coalesce('eq.' || json_data.value, 'is.null'))) FROM (SELECT row_to_json(_) AS row FROM ")
        write("pgrst_source AS _ LIMIT 1) data CROSS JOIN json_each_text(data.row) AS json_data WHERE json_data.key ")
        write("= ANY (")
        bind(primaryKey.sqlValue)
        write("::text[])) END")
    }
}
