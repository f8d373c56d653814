/// Names of embeds from the outermost inwards; empty for the root.
typealias EmbedPath = [String]

/// Something said about one level of the embeds.
struct Placed<Value: Sendable & Hashable>: Sendable, Hashable {
    let path: EmbedPath
    let value: Value
}

/// The query string as values.
struct QueryParameters: Sendable {
    /// Parameters sorted by name and percent-encoded, without a leading `?`: what `Content-Location` shows.
    var canonical = ""
    /// Arguments of a function called by GET or HEAD, in order, repeated ones included.
    var arguments: [(name: String, value: String)] = []
    /// Never empty: the default, and what an empty `select` means, is `*`.
    var select: [SelectItem] = [.all]
    /// Filters on the root, in order.
    var rootFilters: [Filter] = []
    /// Filters on embeds, in order.
    var embedFilters: [Placed<Filter>] = []
    /// Names of all filter parameters as written, with paths; a PUT is judged by them.
    var filterNames: Set<String> = []
    var logic: [Placed<LogicTree>] = []
    var order: [Placed<[OrderTerm]>] = []
    /// `limit` and `offset` of embeds; the root's are in ``APIRequest/topRange``. Values may be negative.
    var embedRanges: [Placed<RowRange>] = []
    /// `columns`, sorted and each once; nil when absent.
    var columns: [String]?
    /// `on_conflict`; nil when absent.
    var onConflict: [String]?
}
