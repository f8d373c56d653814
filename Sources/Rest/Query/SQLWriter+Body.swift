extension SQLWriter {
    /// The expression that makes the answer's body of the rows `_postgrest_t`.
    mutating func write(_ aggregation: AnswerFormat.Aggregation, routine: Routine? = nil) {
        switch aggregation {
        case .none: write("''::text")
        case .json(let stripsNulls):
            let isSingle = routine?.returnsSingle ?? false
            write(jsonOf: routine, isSingle: isSingle, stripsNulls: stripsNulls)
        case .single(let stripsNulls): write(jsonOf: routine, isSingle: true, stripsNulls: stripsNulls)
        case .csv: writeCSV()
        case .geoJSON:
            write("json_build_object('type', 'FeatureCollection', 'features', ")
            write("coalesce(json_agg(ST_AsGeoJSON(_postgrest_t)::json), '[]'))")
        case .custom(let function, let rowType):
            write(function)
            if routine?.returnsScalar == true, routine?.returnsSingle == true {
                write("(_postgrest_t.pgrst_scalar)")
            } else {
                write("(_postgrest_t")
                if let rowType {
                    write("::")
                    write(rowType)
                }
                write(")")
            }
        }
    }

    private mutating func write(jsonOf routine: Routine?, isSingle: Bool, stripsNulls: Bool) {
        write("coalesce(")
        if stripsNulls { write("json_strip_nulls(") }
        if routine?.returnsScalar == true {
            write("json_agg(_postgrest_t.pgrst_scalar)")
        } else {
            write("json_agg(_postgrest_t)")
        }
        if isSingle { write("->0") }
        if stripsNulls { write(")") }
        if isSingle { write(", 'null')") } else { write(", '[]')") }
    }

    /// A header line of the keys of the first row, then each row's text without its parentheses.
    private mutating func writeCSV() {
        write("(SELECT coalesce(string_agg(a.k, ','), '') FROM (SELECT json_object_keys(r)::text AS k FROM (")
        write("SELECT row_to_json(hh) AS r FROM pgrst_source AS hh LIMIT 1) s) a) || '\n' || ")
        write("coalesce(string_agg(substring(_postgrest_t::text, 2, length(_postgrest_t::text) - 2), '\n'), '')")
    }
}
