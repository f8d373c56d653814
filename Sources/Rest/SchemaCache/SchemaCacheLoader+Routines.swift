internal import Core
internal import Postgres

extension SchemaCacheLoader {
    func routines(_ rows: ResultSet) throws(DatabaseError) -> [QualifiedIdentifier: [Routine]] {
        var found: [QualifiedIdentifier: [Routine]] = [:]
        for row in rows.rows {
            let routine = try routine(row)
            found[routine.identifier, default: []].append(routine)
        }
        return found.mapValues { overloads in
            overloads.sorted { left, right in
                if left.parameters.count != right.parameters.count {
                    return left.parameters.count < right.parameters.count
                }
                // As upstream: description, then parameters.
                return left.orderingText.lexicographicallyPrecedes(right.orderingText)
            }
        }
    }

    private func routine(_ row: Row) throws(DatabaseError) -> Routine {
        let base = try row.identifier(4)
        let result: Routine.Result =
            if try row.bool(6) {
                .composite(base)
            } else if base == QualifiedIdentifier("pg_catalog", "void") {
                .void
            } else {
                .scalar(base)
            }
        guard let volatility = Routine.Volatility(rawValue: try row.text(8)) else {
            throw .unexpectedResult("function of an unknown volatility")
        }
        let settings = try row.texts(9).compactMap(Routine.Setting.init(clause:))
        return Routine(
            identifier: try row.identifier(0), description: row.optionalText(2),
            parameters: try row.array(3).map(parameter), result: result,
            returnsSet: try row.bool(7), volatility: volatility,
            isolation: settings.first { $0.name == "default_transaction_isolation" }?.value,
            hoistedSettings: settings.filter { hoistedSettings.contains($0.name) })
    }

    private func parameter(_ json: JSON) throws(DatabaseError) -> Routine.Parameter {
        guard let facts = json.array, facts.count == 5, let name = facts[0].string, let type = facts[1].string,
            let castType = facts[2].string, let isRequired = facts[3].bool, let isVariadic = facts[4].bool
        else { throw .unexpectedResult("parameter of an unknown shape") }
        return Routine.Parameter(
            name: name, type: type, castType: castType, isRequired: isRequired, isVariadic: isVariadic)
    }

    func representations(
        _ rows: ResultSet
    ) throws(DatabaseError) -> [DomainRepresentation.Conversion: DomainRepresentation] {
        var found: [DomainRepresentation.Conversion: DomainRepresentation] = [:]
        for row in rows.rows {
            let conversion = DomainRepresentation.Conversion(from: try row.text(0), to: try row.text(1))
            found[conversion] = DomainRepresentation(conversion: conversion, function: try row.identifier(2))
        }
        return found
    }

    func mediaHandlers(_ rows: ResultSet) throws(DatabaseError) -> [MediaHandler.Key: MediaHandler] {
        var found: [MediaHandler.Key: MediaHandler] = [:]
        for row in rows.rows {
            let subject = try row.identifier(0)
            let type = try row.text(4).lowercased()
            let key = MediaHandler.Key(
                subject: subject == QualifiedIdentifier("pg_catalog", "anyelement") ? .anyElement : .named(subject),
                mediaType: type)
            found[key] = MediaHandler(
                function: try row.identifier(2), isAggregate: try row.bool(5),
                answeredMediaType: type == "*/*" ? "application/octet-stream" : type)
        }
        return found
    }

    func roleSettings(_ rows: ResultSet) throws(DatabaseError) -> [String: RoleSettings] {
        var found: [String: RoleSettings] = [:]
        for row in rows.rows {
            let (role, name, value) = (try row.text(0), try row.text(1), try row.text(2))
            if name == "default_transaction_isolation" {
                found[role, default: RoleSettings()].isolation = value
            } else {
                found[role, default: RoleSettings()].settings.append(Routine.Setting(name: name, value: value))
            }
        }
        return found
    }
}

extension Routine.Setting {
    /// `name=value`, as `pg_proc.proconfig` has it.
    fileprivate init?(clause: String) {
        let parts = clause.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        self.init(name: String(parts[0]), value: String(parts[1]))
    }
}

extension Routine {
    fileprivate var orderingText: [String] {
        [description ?? ""] + parameters.flatMap { [$0.name, $0.type] }
    }
}
