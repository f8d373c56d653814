/// A function that makes the whole body of a custom media type: an aggregate over rows, or an RPC function whose
/// return type is a domain named like the media type.
struct MediaHandler: Sendable, Equatable {
    /// What a handler is for.
    enum Subject: Sendable, Hashable {
        /// A relation (its rows), or a function (its result).
        case named(QualifiedIdentifier)
        /// Rows of any relation (an aggregate over `anyelement`).
        case anyElement
    }

    struct Key: Sendable, Hashable {
        let subject: Subject
        /// Lower case, `type/subtype` or `*/*`.
        let mediaType: String
    }

    /// The aggregate, or for a function with a media type as its result, the domain to cast to.
    let function: QualifiedIdentifier
    /// False when the result of the function is the body as it is.
    let isAggregate: Bool
    /// The type the answer names: a handler for `*/*` answers `application/octet-stream`.
    let answeredMediaType: String
}
