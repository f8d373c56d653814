/// A media type as PostgREST understands it.
indirect enum MediaType: Sendable, Hashable {
    /// Also `application/vnd.pgrst.array` without stripping.
    case json
    case geoJSON
    case csv
    case text
    case xml
    case openAPI
    case form
    case octetStream
    /// `*/*`
    case any
    /// `application/vnd.pgrst.array+json;nulls=stripped`
    case strippedArray
    /// `application/vnd.pgrst.object+json`
    case singular(stripsNulls: Bool)
    case plan(of: MediaType, PlanFormat, Set<PlanOption>)
    /// As the client wrote it.
    case other(String)

    enum PlanFormat: String, Sendable {
        case json, text
    }

    enum PlanOption: String, Sendable, CaseIterable {
        case analyze, verbose, settings, buffers, wal
    }
}
