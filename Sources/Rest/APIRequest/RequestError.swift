/// Why a request cannot be understood or carried out, whatever the schema: the codes `PGRST1xx`.
///
/// The texts in `RequestError+Text.swift` are PostgREST's, since clients and its tests compare them. Retired codes,
/// never to be used again: 104, 109, 110, 113, 119, 120.
enum RequestError: Error, Sendable, Hashable {
    /// PGRST100. `message` names the place, `details` what was met and what would have been right.
    case syntax(message: String, details: String)
    /// PGRST101
    case methodNotForFunctions(String)
    /// PGRST102
    case invalidBody(InvalidBody)
    /// PGRST103
    case invalidRange(InvalidRange)
    /// PGRST105
    case upsertFiltersNotPrimaryKey
    /// PGRST106
    case schemaNotExposed(String, exposed: [String])
    /// PGRST107
    case noMediaType(asked: [MediaType])
    /// PGRST108. `alias` when the target is there under an alias that has to be used.
    case notEmbedded(String, alias: String?)
    /// PGRST111
    case responseHeadersUnusable
    /// PGRST112
    case responseStatusUnusable
    /// PGRST114
    case upsertWithRange
    /// PGRST115
    case upsertKeyMismatch
    /// PGRST116
    case notSingular(rows: Int)
    /// PGRST117
    case methodUnsupported(String)
    /// PGRST118
    case relatedOrderNotToOne(origin: String, target: String)
    /// PGRST121
    case raiseUnusable(RaiseMistake)
    /// PGRST122
    case unknownPreferences([String])
    /// PGRST123
    case aggregatesDisabled
    /// PGRST124
    case tooManyAffected(rows: Int)
    /// PGRST125
    case invalidPath
    /// PGRST126
    case openAPIDisabled
    /// PGRST127
    case notImplemented(String)
    /// PGRST128
    case maxAffectedOnSingleResult

    enum InvalidBody: Sendable, Hashable {
        case json
        case keysDiffer
        case csv
        case csvFieldCount
        case form
        /// The media type as it is shown.
        case contentType(String)
    }

    enum InvalidRange: Sendable, Hashable {
        case negativeLimit
        case lowerAboveUpper
        case outOfBounds(offset: Int, total: Int)
    }

    /// What is wrong with a `RAISE` of SQLSTATE `PGRST`.
    enum RaiseMistake: Sendable, Hashable {
        case message(String)
        case detail(String)
        case detailMissing
    }
}
