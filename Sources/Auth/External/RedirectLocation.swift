/// A redirect's target with what the service has to say added to its query and fragment. What the app wrote into the
/// query stays as it was written; its fragment, which no server ever sees, does not.
struct RedirectLocation: Sendable {
    private let base: Substring
    private var query: [Substring]
    private var fragment: String?

    init(_ target: String) {
        let whole = target.prefix { $0 != "#" }
        base = whole.prefix { $0 != "?" }
        query = whole.dropFirst(base.count + 1).split(separator: "&")
    }

    /// Sets parameters of the query; those of the same names go.
    mutating func setQuery(_ pairs: [(name: String, value: String)]) {
        let names = Set(pairs.map(\.name))
        query.removeAll { names.contains(String($0.prefix { $0 != "=" })) }
        query += pairs.map { Substring(PercentEncoding.form([$0])) }
    }

    mutating func setFragment(_ pairs: [(name: String, value: String)]) { fragment = PercentEncoding.form(pairs) }

    var text: String {
        var text = String(base)
        if !query.isEmpty { text += "?" + query.joined(separator: "&") }
        if let fragment { text += "#" + fragment }
        return text
    }
}
