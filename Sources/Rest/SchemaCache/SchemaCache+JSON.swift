internal import Core

extension SchemaCache {
    /// The cache as upstream's admin server shows it under `/schema_cache`: maps whose keys are no texts as lists of
    /// pairs, here in order of their keys, relationships in that of PGRST201's choices, and members in alphabetical order.
    var json: JSON {
        let byTarget = Dictionary(grouping: relationships.values.joined()) { relationship in
            RelationshipKey(source: relationship.source, schema: relationship.target.schema)
        }
        return [
            "dbMediaHandlers": .array(mediaHandlerPairs),
            "dbRelationships": .array(
                byTarget.sorted { $0.key < $1.key }.map { key, relationships in
                    [[key.source.json, .string(key.schema)], .array(Relationship.ordered(relationships).map(\.json))]
                }),
            "dbRepresentations": .array(
                representations.values.sorted { $0.order < $1.order }.map { representation in
                    let (from, to) = (representation.conversion.from, representation.conversion.to)
                    return [[.string(from), .string(to)], representation.json]
                }),
            "dbRoutines": .array(
                routines.sorted { $0.key < $1.key }.map { [$0.key.json, .array($0.value.map(\.json))] }),
            "dbTables": .array(relations.sorted { $0.key < $1.key }.map { [$0.key.json, $0.value.json] }),
        ]
    }

    /// The built-in handlers that none of the database replaces, then the database's.
    private var mediaHandlerPairs: [JSON] {
        let builtIn = [
            ("text/csv", "BuiltinOvAggCsv", "text/csv"),
            ("application/geo+json", "BuiltinOvAggGeoJson", "application/geo+json"),
            ("application/json", "BuiltinOvAggJson", "application/json"),
            ("*/*", "BuiltinOvAggJson", "application/json"),
        ]
        let kept = builtIn.filter {
            mediaHandlers[MediaHandler.Key(subject: .anyElement, mediaType: $0.0)] == nil
        }
        let pairs: [JSON] = kept.map { type, handler, answered in
            [
                [MediaHandler.Subject.anyElement.json, MediaHandler.json(ofType: type)],
                [["tag": .string(handler)], MediaHandler.json(ofType: answered)],
            ]
        }
        return pairs
            + mediaHandlers.sorted { $0.key.order.lexicographicallyPrecedes($1.key.order) }.map { key, handler in
                [
                    [key.subject.json, MediaHandler.json(ofType: key.mediaType)],
                    [
                        ["contents": [handler.function.json, key.subject.json], "tag": "CustomFunc"],
                        MediaHandler.json(ofType: handler.answeredMediaType),
                    ],
                ]
            }
    }
}

/// Upstream's key of relationships.
private struct RelationshipKey: Hashable, Comparable {
    let source: QualifiedIdentifier
    let schema: String

    static func < (left: RelationshipKey, right: RelationshipKey) -> Bool {
        (left.source, left.schema) < (right.source, right.schema)
    }
}

extension QualifiedIdentifier {
    fileprivate var json: JSON { ["qiName": .string(name), "qiSchema": .string(schema)] }
}

extension Relation {
    fileprivate var json: JSON {
        [
            "tableColumns": .object(JSONObject(columns.map { ($0.name, $0.json) })),
            "tableDeletable": .bool(isDeletable), "tableDescription": .optional(description),
            "tableInsertable": .bool(isInsertable), "tableIsView": .bool(isView),
            "tableName": .string(identifier.name), "tablePKCols": .array(primaryKey.map(JSON.string)),
            "tableSchema": .string(identifier.schema), "tableUpdatable": .bool(isUpdatable),
        ]
    }
}

extension Column {
    fileprivate var json: JSON {
        [
            "colDefault": .optional(defaultExpression), "colDescription": .optional(description),
            "colEnum": .array(enumLabels.map(JSON.string)), "colMaxLen": maxLength.map { .int($0) } ?? .null,
            "colName": .string(name), "colNominalType": .string(nominalType), "colNullable": .bool(isNullable),
            "colType": .string(type),
        ]
    }
}

extension Relationship {
    fileprivate var json: JSON {
        guard case .computed(let function, let isToOne) = kind else {
            return [
                "relCardinality": cardinality, "relFTableIsView": .bool(targetIsView),
                "relForeignTable": target.json, "relIsSelf": .bool(isSelfReference), "relTable": source.json,
                "relTableIsView": .bool(sourceIsView), "tag": "Relationship",
            ]
        }
        return [
            "relForeignTable": target.json, "relFunction": function.json, "relIsSelf": .bool(isSelfReference),
            "relTable": source.json, "relTableAlias": QualifiedIdentifier("", "").json, "relToOne": .bool(isToOne),
            "tag": "ComputedRelationship",
        ]
    }

    private var cardinality: JSON {
        switch kind {
        case .manyToOne(let link):
            ["relColumns": pairs(link.columns), "relCons": .string(link.constraint), "tag": "M2O"]
        case .oneToMany(let link):
            ["relColumns": pairs(link.columns), "relCons": .string(link.constraint), "tag": "O2M"]
        case .oneToOne(let link, let sourceIsParent):
            [
                "isParent": .bool(sourceIsParent), "relColumns": pairs(link.columns),
                "relCons": .string(link.constraint), "tag": "O2O",
            ]
        case .manyToMany(let junction):
            [
                "contents": [
                    "junColsSource": pairs(junction.sourceColumns), "junColsTarget": pairs(junction.targetColumns),
                    "junConstraint1": .string(junction.sourceConstraint),
                    "junConstraint2": .string(junction.targetConstraint), "junTable": junction.relation.json,
                ], "tag": "M2M",
            ]
        case .computed: .null
        }
    }

    private func pairs(_ columns: [ColumnPair]) -> JSON {
        .array(columns.map { [.string($0.near), .string($0.far)] })
    }
}

extension Routine {
    fileprivate var json: JSON {
        [
            "pdDescription": .optional(description),
            "pdFuncSettings": .array(hoistedSettings.map { [.string($0.name), .string($0.value)] }),
            "pdHasVariadic": .bool(parameters.contains(where: \.isVariadic)), "pdIsoLvl": isolationName,
            "pdName": .string(identifier.name), "pdParams": .array(parameters.map(\.json)),
            "pdReturnType": ["contents": resultJSON, "tag": returnsSet ? "SetOf" : "Single"],
            "pdSchema": .string(identifier.schema), "pdVolatility": .string("\(volatility)".capitalizedFirst),
        ]
    }

    private var isolationName: JSON {
        switch isolation?.lowercased() {
        case nil: .null
        case "serializable": "Serializable"
        case "repeatable read": "RepeatableRead"
        default: "ReadCommitted"
        }
    }

    private var resultJSON: JSON {
        switch result {
        case .void: ["contents": QualifiedIdentifier("pg_catalog", "void").json, "tag": "Scalar"]
        case .scalar(let type): ["contents": type.json, "tag": "Scalar"]
        // Whether it is a domain over a row type does not matter to us.
        case .composite(let type): ["contents": [type.json, false], "tag": "Composite"]
        }
    }
}

extension Routine.Parameter {
    fileprivate var json: JSON {
        [
            "ppName": .string(name), "ppReq": .bool(isRequired), "ppType": .string(type),
            "ppTypeMaxLength": .string(castType), "ppVar": .bool(isVariadic),
        ]
    }
}

extension DomainRepresentation {
    fileprivate var order: (String, String) { (conversion.from, conversion.to) }

    fileprivate var json: JSON {
        [
            "drFunction": .string("\(function.schema).\(function.name)"), "drSourceType": .string(conversion.from),
            "drTargetType": .string(conversion.to),
        ]
    }
}

extension MediaHandler.Subject {
    fileprivate var json: JSON {
        switch self {
        case .named(let identifier): ["contents": identifier.json, "tag": "RelId"]
        case .anyElement: ["tag": "RelAnyElement"]
        }
    }
}

extension MediaHandler.Key {
    fileprivate var order: [String] {
        switch subject {
        case .anyElement: ["", "", mediaType]
        case .named(let identifier): [identifier.schema, identifier.name, mediaType]
        }
    }
}

extension MediaHandler {
    /// Upstream's name of a media type.
    fileprivate static func json(ofType type: String) -> JSON {
        let known = [
            "application/json": "MTApplicationJSON", "application/geo+json": "MTGeoJSON", "text/csv": "MTTextCSV",
            "text/plain": "MTTextPlain", "text/xml": "MTTextXML", "application/openapi+json": "MTOpenAPI",
            "application/x-www-form-urlencoded": "MTUrlEncoded", "application/octet-stream": "MTOctetStream",
            "*/*": "MTAny",
        ]
        guard let name = known[type] else { return ["contents": .string(type), "tag": "MTOther"] }
        return ["tag": .string(name)]
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
