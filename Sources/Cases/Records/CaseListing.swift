internal import Core
internal import Gateway
internal import Postgres

/// The filters of a list of cases, in either spelling the documents use.
struct CaseListing: Sendable {
    var page: Int?
    var limit: Int?
    var status: String?
    var search: String?
    var startDate: String?
    var endDate: String?
    var minAge: Int?
    var maxAge: Int?
    var sortColumn = SortColumn.createdAt
    var ascending = false

    enum SortColumn: String, CaseIterable {
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case name = "patient_name"
        case age = "patient_age"
        case gender = "patient_gender"
        case status
        case id
    }

    /// Reads the query; everything wrong in it is reported together.
    init(_ query: Query) throws(CasesError) {
        var violations: [Violation] = []
        func text(_ names: String...) -> String? {
            names.lazy.compactMap { query[$0] }.first.flatMap { $0.isEmpty ? nil : $0 }
        }
        func integer(_ names: String..., in range: ClosedRange<Int>) -> Int? {
            guard let name = names.first(where: { query[$0] != nil }), let raw = query[name], !raw.isEmpty else {
                return nil
            }
            guard let value = Int(raw) else {
                violations.append(.notAnInteger(name, in: "query", input: raw))
                return nil
            }
            guard range.contains(value) else {
                violations.append(.outOfRange(name, in: "query", range))
                return nil
            }
            return value
        }
        page = integer("page", in: 1...Limits.pageMax)
        limit = integer("limit", in: 1...Limits.pageSizeMax)
        minAge = integer("minAge", "min_age", in: 0...Int(Int32.max))
        maxAge = integer("maxAge", "max_age", in: 0...Int(Int32.max))
        status = text("status")
        search = text("search")
        for (name, keyPath) in [
            ("startDate", \CaseListing.startDate), ("start_date", \.startDate), ("endDate", \.endDate),
            ("end_date", \.endDate),
        ] {
            guard let raw = text(name) else { continue }
            guard ISODate.isValid(raw) else {
                violations.append(
                    Violation(
                        type: "datetime_parsing", location: ["query", name],
                        message: "Input should be a valid date or datetime", input: .string(raw)))
                continue
            }
            self[keyPath: keyPath] = raw
        }
        if let raw = text("sortBy", "sort_by") {
            if let column = SortColumn(rawValue: raw) {
                sortColumn = column
            } else {
                violations.append(.notOneOf("sort_by", in: "query", SortColumn.allCases.map(\.rawValue)))
            }
        }
        if let raw = text("sortOrder", "sort_order")?.lowercased() {
            if ["asc", "desc"].contains(raw) {
                ascending = raw == "asc"
            } else {
                violations.append(.notOneOf("sort_order", in: "query", ["asc", "desc"]))
            }
        }
        guard violations.isEmpty else { throw .validation(violations) }
    }

    /// One JSON array, and the number of all that match.
    var statement: SQL {
        let offset = ((page ?? 1) - 1) * (limit ?? 0)
        return """
            with matching as (select c.* from public.cases c where \(conditions)),
            listed as (
                select m.*, m.doctor_id as user_id from matching m
                order by \(identifier: sortColumn.rawValue) \(direction), id desc
                limit \(limit)::bigint offset \(offset)::bigint)
            select coalesce(json_agg(row_to_json(l) order by l.\(identifier: sortColumn.rawValue) \(direction), l.id desc),
                '[]'::json), (select count(*) from matching)
            from listed l
            """
    }

    private var direction: SQL { ascending ? "asc nulls last" : "desc nulls last" }

    private var conditions: SQL {
        var sql: SQL = "true"
        if let status { sql = sql + " and c.status = \(status)" }
        if let minAge { sql = sql + " and c.patient_age >= \(minAge)::int" }
        if let maxAge { sql = sql + " and c.patient_age <= \(maxAge)::int" }
        if let startDate { sql = sql + " and c.created_at >= \(startDate)::timestamptz" }
        // A bare end date includes its day.
        if let endDate, endDate.utf8.count == 10 {
            sql = sql + " and c.created_at < \(endDate)::date + 1"
        } else if let endDate {
            sql = sql + " and c.created_at <= \(endDate)::timestamptz"
        }
        if let search {
            sql =
                sql + """
                     and (position(lower(\(search)) in lower(c.patient_name)) > 0
                        or position(lower(\(search)) in lower(coalesce(c.case_summary, ''))) > 0
                        or position(lower(\(search)) in c.case_id) > 0 or c.id::text = \(search))
                    """
        }
        return sql
    }
}

/// Dates as clients send them: `2026-08-01`, or ISO 8601 with a time and perhaps an offset.
enum ISODate {
    static func isValid(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count >= 10, bytes.count <= 35, let year = number(bytes[0..<4]), bytes[4] == UInt8(ascii: "-"),
            let month = number(bytes[5..<7]), bytes[7] == UInt8(ascii: "-"), let day = number(bytes[8..<10]),
            year >= 1, (1...12).contains(month), (1...daysIn(month, of: year)).contains(day)
        else { return false }
        return bytes.count == 10 || isTime(bytes[10...])
    }

    private static func daysIn(_ month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// `T10:20`, `T10:20:30.123`, then nothing, `Z` or `+05:30`.
    private static func isTime(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        guard let separator = rest.popFirst(), separator == UInt8(ascii: "T") || separator == UInt8(ascii: " "),
            let hour = take(&rest), hour < 24, takeByte(":", &rest), let minute = take(&rest), minute < 60
        else { return false }
        if takeByte(":", &rest) {
            guard let second = take(&rest), second < 60 else { return false }
            if takeByte(".", &rest) {
                let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                guard (1...9).contains(digits.count) else { return false }
                rest = rest.dropFirst(digits.count)
            }
        }
        if rest.isEmpty || takeByte("Z", &rest) { return rest.isEmpty }
        guard takeByte("+", &rest) || takeByte("-", &rest), let hours = take(&rest), hours < 16 else { return false }
        _ = takeByte(":", &rest)
        if rest.isEmpty { return true }
        guard let minutes = take(&rest), minutes < 60 else { return false }
        return rest.isEmpty
    }

    private static func take(_ rest: inout ArraySlice<UInt8>) -> Int? {
        guard rest.count >= 2, let value = number(rest.prefix(2)) else { return nil }
        rest = rest.dropFirst(2)
        return value
    }

    private static func takeByte(_ byte: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == UInt8(ascii: byte) else { return false }
        rest = rest.dropFirst()
        return true
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }
}
