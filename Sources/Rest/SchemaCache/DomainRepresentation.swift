/// An implicit, function-based cast between a domain and json or text, by which the domain's columns are shown, read
/// from bodies or compared in filters.
struct DomainRepresentation: Sendable, Equatable {
    /// SQL names of types as PostgreSQL prints them with an empty search path.
    struct Conversion: Sendable, Hashable {
        let from: String
        let to: String
    }

    let conversion: Conversion
    let function: QualifiedIdentifier
}
