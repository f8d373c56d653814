internal import Postgres

/// What a request means here: everything decided, nothing asked of the database yet.
enum RequestPlan: Sendable {
    case read(ReadPlan)
    case write(WritePlan)
    case call(CallPlan)
    /// The root document.
    case describe(headersOnly: Bool)
    case relationInfo(Relation)
    case functionInfo(Routine)
    case rootInfo
}

/// GET or HEAD on a relation.
struct ReadPlan: Sendable {
    let identifier: QualifiedIdentifier
    let root: ReadNode
    let format: AnswerFormat
    let headersOnly: Bool
}

/// POST, PATCH, PUT or DELETE on a relation.
struct WritePlan: Sendable {
    enum Change: Sendable {
        case insert(Conflict?)
        /// PUT: only the row of the payload that the conditions name.
        case singleUpsert
        case update
        case delete
    }

    struct Conflict: Sendable, Hashable {
        let resolution: Preferences.Resolution
        /// The columns of the conflict target.
        let columns: [String]
    }

    let relation: Relation
    let change: Change
    /// The columns written.
    let columns: [PlannedField]
    /// JSON; empty for a delete.
    let body: BoundBody
    /// Absent keys take the column's default instead of null.
    let appliesDefaults: Bool
    let conditions: [Condition]
    /// The columns to return, `*` for all; empty when nobody wants to see rows.
    let returning: [String]
    /// How the written rows are shown.
    let root: ReadNode
    let format: AnswerFormat
}

/// A call of a function.
struct CallPlan: Sendable {
    enum Arguments: Sendable {
        case none
        /// Text values by parameter, to be cast to the parameter's type. Several only for a variadic one.
        case values([(parameter: Routine.Parameter, values: [String])])
        /// A JSON object, or an array whose first element counts.
        case json(BoundBody, parameters: [Routine.Parameter])
        /// The whole body as the one unnamed parameter.
        case whole(BoundBody, parameter: Routine.Parameter)
    }

    let routine: Routine
    let arguments: Arguments
    let invocation: Action.Invocation
    /// The columns that select, embeds and filters need of the result; empty for all.
    let returning: [String]
    let root: ReadNode
    let format: AnswerFormat

    var isReadOnly: Bool { invocation.isRead || routine.volatility != .volatile }
}

/// How the body is made, and what the answer calls it.
struct AnswerFormat: Sendable, Hashable {
    enum Aggregation: Sendable, Hashable {
        /// No body is wanted.
        case none
        case json(stripsNulls: Bool)
        /// Exactly one row, as an object.
        case single(stripsNulls: Bool)
        case csv
        case geoJSON
        /// A function of the database; rows are cast to `rowType` for it where it was made for one relation.
        case custom(QualifiedIdentifier, rowType: QualifiedIdentifier?)
    }

    var aggregation: Aggregation
    let mediaType: MediaType

    /// The plan options where the plan instead of the rows is wanted.
    var plan: (MediaType.PlanFormat, Set<MediaType.PlanOption>)? {
        if case .plan(_, let format, let options) = mediaType { (format, options) } else { nil }
    }

    /// Whether another number of rows than one is an error.
    var wantsSingleRow: Bool { if case .singular = mediaType { true } else { false } }
}
