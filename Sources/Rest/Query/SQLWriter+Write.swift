internal import Postgres

extension SQLWriter {
    /// The INSERT, UPDATE or DELETE.
    mutating func write(_ plan: WritePlan) {
        switch plan.change {
        case .insert(let conflict): write(insert: plan, conflict: conflict, isSingleUpsert: false)
        case .singleUpsert:
            let conflict = WritePlan.Conflict(resolution: .mergeDuplicates, columns: plan.relation.primaryKey)
            write(insert: plan, conflict: conflict, isSingleUpsert: true)
        case .update: write(update: plan)
        case .delete:
            write("DELETE FROM ")
            write(plan.relation.identifier)
            write(conditionsOf: plan, reference: plan.relation.identifier)
            write(returningOf: plan)
        }
    }

    private mutating func write(insert plan: WritePlan, conflict: WritePlan.Conflict?, isSingleUpsert: Bool) {
        write("INSERT INTO ")
        write(plan.relation.identifier)
        if !plan.columns.isEmpty {
            write("(")
            list(plan.columns) { $0.write(name: $1.name) }
            write(")")
        }
        write(" SELECT ")
        list(plan.columns) { writer, column in
            writer.write(column: column.name, of: SQLWriter.bodyReference)
        }
        write(" ")
        write(bodyOf: plan)
        let merges = conflict?.resolution == .mergeDuplicates
        if merges {
            write(" WHERE ")
            writeInsertedCounter(adds: true)
        }
        if isSingleUpsert {
            for condition in plan.conditions {
                write(" AND ")
                write(condition, of: SQLWriter.bodyReference)
            }
        }
        if let conflict {
            write(" ON CONFLICT(")
            list(conflict.columns) { $0.write(name: $1) }
            write(")")
            if merges, !plan.columns.isEmpty {
                write(" DO UPDATE SET ")
                list(plan.columns) { writer, column in
                    writer.write(name: column.name)
                    writer.write(" = EXCLUDED.")
                    writer.write(name: column.name)
                }
                write(" WHERE ")
                writeInsertedCounter(adds: false)
            } else {
                write(" DO NOTHING")
            }
        }
        write(returningOf: plan)
    }

    private mutating func write(update plan: WritePlan) {
        let identifier = plan.relation.identifier
        guard !plan.columns.isEmpty else {
            // Nothing to set: no rows, but with the columns that select may name.
            write("SELECT ")
            if plan.returning.isEmpty { write("NULL") }
            let reference = QualifiedIdentifier("", identifier.name)
            list(plan.returning) { $0.write(column: $1, of: reference) }
            write(" FROM ")
            write(identifier)
            write(" WHERE false")
            return
        }
        write("UPDATE ")
        write(identifier)
        write(" SET ")
        list(plan.columns) { writer, column in
            writer.write(name: column.name)
            writer.write(" = ")
            writer.write(column: column.name, of: SQLWriter.bodyReference)
        }
        write(" ")
        write(bodyOf: plan)
        write(conditionsOf: plan, reference: identifier)
        write(returningOf: plan)
    }

    private mutating func write(conditionsOf plan: WritePlan, reference: QualifiedIdentifier) {
        guard !plan.conditions.isEmpty else { return }
        write(" WHERE ")
        list(plan.conditions, separator: " AND ") { $0.write($1, of: reference) }
    }

    /// Without a wish to see rows no column is touched: that needs no SELECT privilege.
    private mutating func write(returningOf plan: WritePlan) {
        write(" RETURNING ")
        if plan.returning.isEmpty { write("1") }
        list(plan.returning) { $0.write(column: $1, of: plan.relation.identifier) }
    }

    /// Counts rows on their way in, and takes those back that turn out to be updates: what is left tells whether
    /// anything was inserted. Always true.
    private mutating func writeInsertedCounter(adds: Bool) {
        write("set_config('pgrst.inserted', (coalesce(nullif(current_setting('pgrst.inserted', true), '')::int, 0) ")
        if adds { write("+ 1)::text, true) <> '0'") } else { write("- 1)::text, true) <> '-1'") }
    }

    static let bodyReference = QualifiedIdentifier("", "pgrst_body")

    private mutating func write(bodyOf plan: WritePlan) {
        write(
            rowsOf: plan.body, columns: plan.columns, appliesDefaults: plan.appliesDefaults, firstRowOnly: false)
    }

    /// `FROM … pgrst_body`: the JSON body as rows, its columns read as the types of `columns`.
    mutating func write(
        rowsOf body: BoundBody, columns: [PlannedField], appliesDefaults: Bool, firstRowOnly: Bool
    ) {
        let isObject = body.isObject
        write("FROM (SELECT ")
        body.write(to: &self)
        if appliesDefaults {
            write("::jsonb AS json_data) pgrst_payload, ")
        } else {
            write("::json AS json_data) pgrst_payload, ")
        }
        if appliesDefaults {
            if isObject {
                write("LATERAL (SELECT ")
                write(defaultsOf: columns)
                write(" || pgrst_payload.json_data AS val) pgrst_json_defs, ")
            } else {
                write("LATERAL (SELECT jsonb_agg(")
                write(defaultsOf: columns)
                write(" || elem) AS val FROM jsonb_array_elements(pgrst_payload.json_data) elem) pgrst_json_defs, ")
            }
        }
        write("LATERAL (SELECT ")
        list(columns) { writer, column in
            guard let transform = column.transform else { return writer.write(name: column.name) }
            writer.write(transform)
            writer.write("(")
            writer.write(name: column.name)
            writer.write(")")
            writer.write(alias: column.name)
        }
        write(" FROM ")
        switch (columns.isEmpty, isObject, appliesDefaults) {
        case (true, true, _): write("(VALUES (1)) _")
        case (true, false, false): write("json_array_elements(pgrst_payload.json_data) _")
        case (true, false, true): write("jsonb_array_elements(pgrst_json_defs.val) _")
        case (false, true, false): write("json_to_record(pgrst_payload.json_data) AS _(")
        case (false, true, true): write("jsonb_to_record(pgrst_json_defs.val) AS _(")
        case (false, false, false): write("json_to_recordset(pgrst_payload.json_data) AS _(")
        case (false, false, true): write("jsonb_to_recordset(pgrst_json_defs.val) AS _(")
        }
        if !columns.isEmpty {
            list(columns) { writer, column in
                writer.write(name: column.name)
                writer.write(" ")
                writer.write(fromCatalog: column.type)
            }
            write(")")
        }
        if firstRowOnly { write(" LIMIT 1") }
        write(") pgrst_body")
    }

    private mutating func write(defaultsOf columns: [PlannedField]) {
        write("jsonb_build_object(")
        list(columns.filter { $0.defaultExpression != nil }) { writer, column in
            writer.write(constant: column.name)
            writer.write(", ")
            writer.write(fromCatalog: column.defaultExpression ?? "NULL")
        }
        write(")")
    }
}
