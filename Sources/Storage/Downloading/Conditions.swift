internal import Core
internal import Gateway
internal import HTTPTypes

/// What conditional headers say of a download (RFC 9110, section 13).
enum Conditions: Sendable, Hashable {
    case none
    /// `If-None-Match` was there and names another version.
    case changed
    /// The client has it already.
    case notModified

    init(_ headers: HTTPFields, etag: String?, lastModified: Timestamp) {
        if let tags = headers[.ifNoneMatch] {
            // Where there are tags, dates do not count (section 13.1.3).
            self = Conditions.matches(tags, etag) ? .notModified : .changed
        } else if let since = headers[.ifModifiedSince].flatMap(HTTPDate.parse),
            since.seconds >= lastModified.seconds
        {
            self = .notModified
        } else {
            self = .none
        }
    }

    /// Weak comparison with any of a list of tags, or `*`.
    private static func matches(_ tags: String, _ etag: String?) -> Bool {
        if tags == "*" { return true }
        guard let etag else { return false }
        let plain = opaque(etag[...])
        return tags.split(separator: ",").contains { opaque($0) == plain }
    }

    private static func opaque(_ tag: Substring) -> Substring {
        var tag = tag.drop { $0 == " " }
        while tag.last == " " { tag.removeLast() }
        return tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
    }

    /// Whether a range may be answered: `If-Range` is absent or names this version (section 13.1.5).
    static func rangeHolds(_ headers: HTTPFields, etag: String?, lastModified: Timestamp) -> Bool {
        guard let condition = headers[.ifRange] else { return true }
        if condition.hasPrefix("\"") { return condition == etag }
        return HTTPDate.parse(condition)?.seconds == lastModified.seconds
    }
}
