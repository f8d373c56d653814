extension SQLWriter {
    /// `"t"."c"`, or `"t".*`.
    mutating func write(column name: String, of reference: QualifiedIdentifier) {
        write(reference)
        write(".")
        if name == "*" { write("*") } else { write(name: name) }
    }

    mutating func write(_ field: PlannedField, of reference: QualifiedIdentifier) {
        guard let search = field.textSearch else { return writeValue(of: field, reference) }
        write("to_tsvector(")
        write(language: search.language)
        writeValue(of: field, reference)
        write(")")
    }

    private mutating func writeValue(of field: PlannedField, _ reference: QualifiedIdentifier) {
        if field.isWholeRow { return write(name: reference.name) }
        if field.isConvertedToJSON { write("to_jsonb(") }
        write(column: field.name, of: reference)
        if field.isConvertedToJSON { write(")") }
        for step in field.path {
            if step.asText { write("->>") } else { write("->") }
            switch step.operand {
            case .key(let key): bind(key)
            case .index(let index):
                bind(index)
                write("::int")
            }
        }
    }

    mutating func write(language: String?) {
        guard let language else { return }
        bind(language)
        write(", ")
    }

    /// The field as it is shown: through the function of its domain, where there is one.
    mutating func write(shown field: PlannedField, of reference: QualifiedIdentifier) {
        guard let transform = field.transform else { return write(field, of: reference) }
        write(transform)
        write("(")
        write(field, of: reference)
        write(")")
    }

    mutating func write(_ column: PlannedColumn, of reference: QualifiedIdentifier) {
        writeAggregate(column.aggregate) { writer in
            writer.writeCast(to: column.cast) { $0.write(shown: column.field, of: reference) }
        }
        write(alias: column.alias)
    }

    mutating func write(alias: String?) {
        guard let alias else { return }
        write(" AS ")
        write(name: alias)
    }

    mutating func writeAggregate(_ call: AggregateCall?, _ value: (inout SQLWriter) -> Void) {
        guard let call else { return value(&self) }
        writeCast(to: call.cast) { writer in
            switch call.function {
            case .sum: writer.write("sum(")
            case .avg: writer.write("avg(")
            case .count: writer.write("count(")
            case .max: writer.write("max(")
            case .min: writer.write("min(")
            }
            value(&writer)
            writer.write(")")
        }
    }

    private mutating func writeCast(to type: String?, _ value: (inout SQLWriter) -> Void) {
        guard let type else { return value(&self) }
        write("CAST(")
        value(&self)
        write(" AS ")
        write(castType: type)
        write(")")
    }

    /// ` ORDER BY …`, or nothing.
    mutating func write(order keys: [OrderKey], of reference: QualifiedIdentifier) {
        guard !keys.isEmpty else { return }
        write(" ORDER BY ")
        list(keys) { writer, key in
            writer.write(key.field, of: key.join.map { QualifiedIdentifier("", $0) } ?? reference)
            switch key.direction {
            case .ascending: writer.write(" ASC")
            case .descending: writer.write(" DESC")
            case nil: break
            }
            switch key.nulls {
            case .first: writer.write(" NULLS FIRST")
            case .last: writer.write(" NULLS LAST")
            case nil: break
            }
        }
    }

    /// ` LIMIT … OFFSET …`, or nothing.
    mutating func write(_ range: RowRange) {
        guard range != .all else { return }
        if let limit = range.limit {
            write(" LIMIT ")
            bind(limit)
        }
        if range.offset != 0 {
            write(" OFFSET ")
            bind(range.offset)
        }
    }
}
