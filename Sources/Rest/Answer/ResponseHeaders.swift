internal import Core
internal import HTTPTypes

/// Headers that SQL sets by `response.headers`: a JSON array of objects with one member each.
///
/// Those that say where an answer ends, or that belong to the connection, are not SQL's to set and dropped.
enum ResponseHeaders {
    /// Throws PGRST111.
    static func parse(_ text: String) throws(RestError) -> [HTTPField] {
        let limits = JSONLimits(bytesMax: RestLimits.responseHeaders.bytes, depthMax: 8)
        // Where the JSON goes wrong does not matter: the text of the error says what it must look like.
        guard let items = (try? JSON(parsing: text, limits: limits))?.array else {
            throw .request(.responseHeadersUnusable)
        }
        var fields: [HTTPField] = []
        for item in items {
            guard let members = item.object?.members, members.count == 1, let value = members[0].value.string,
                let name = HTTPField.Name(members[0].key)
            else { throw .request(.responseHeadersUnusable) }
            if isReserved(name) { continue }
            fields.append(HTTPField(name: name, value: value))
        }
        return fields
    }

    /// Whether a field is the connection's (RFC 9110, section 7.6.1) or frames the answer.
    static func isReserved(_ name: HTTPField.Name) -> Bool { reserved.contains(name.canonicalName) }

    private static let reserved: Set<String> = [
        "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection", "te", "trailer",
        "upgrade",
    ]
}
