/// A function that can be called under `/rpc`. Overloads are several routines of one name.
struct Routine: Sendable, Equatable {
    enum Volatility: String, Sendable {
        case volatile = "v"
        case stable = "s"
        case immutable = "i"
    }

    struct Parameter: Sendable, Equatable {
        /// Empty for the unnamed parameter.
        let name: String
        /// The type's SQL name as PostgreSQL prints it.
        let type: String
        /// ``type`` for casting an argument: `char` and `bit` without length would cut it to one character, so they
        /// become their varying kinds.
        let castType: String
        /// Without a default.
        let isRequired: Bool
        let isVariadic: Bool
    }

    /// What one result, or one row of the result, is.
    enum Result: Sendable, Equatable {
        case void
        /// A single value; the type's name.
        case scalar(QualifiedIdentifier)
        /// A row: of a relation (the identifier is the relation's), of a composite type or a domain over one, of OUT
        /// parameters or of a TABLE.
        case composite(QualifiedIdentifier)
    }

    let identifier: QualifiedIdentifier
    /// COMMENT ON FUNCTION.
    let description: String?
    let parameters: [Parameter]
    let result: Result
    /// SETOF or TABLE.
    let returnsSet: Bool
    let volatility: Volatility
    /// `default_transaction_isolation` among the function's SET clauses.
    let isolation: String?
    /// The function's SET clauses that the configuration hoists to the transaction.
    let hoistedSettings: [Setting]

    struct Setting: Sendable, Equatable, Hashable {
        let name: String
        let value: String
    }

    /// Returns exactly one value or row.
    var returnsSingle: Bool { !returnsSet }

    var returnsVoid: Bool { !returnsSet && result == .void }

    /// One value per row, not a row.
    var returnsScalar: Bool {
        switch result {
        case .void, .scalar: true
        case .composite: false
        }
    }

    /// The row type's identifier where rows come out: a relation of that name can be embedded from.
    var resultRelation: QualifiedIdentifier? {
        if case .composite(let identifier) = result { identifier } else { nil }
    }
}
