/// The boundary that a content type names (RFC 2046, section 5.1.1).
struct MultipartBoundary: Sendable, Hashable {
    let text: String

    init(contentType: String) throws(MultipartError) {
        let essence = contentType.prefix { $0 != ";" }
        guard String(essence).trimmingSpaces().lowercased() == "multipart/form-data" else { throw .notMultipart }
        guard let header = HeaderParameters(contentType) else { throw .boundaryIllegal }
        guard let boundary = header.parameters["boundary"] else { throw .boundaryMissing }
        guard (1...MultipartLimits.boundaryCharactersMax).contains(boundary.utf8.count),
            boundary.utf8.allSatisfy(MultipartBoundary.isLegal), boundary.last != " "
        else { throw .boundaryIllegal }
        text = boundary
    }

    private static let punctuation = Set("'()+_,-./:=? ".utf8)

    private static func isLegal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: punctuation.contains(byte)
        }
    }
}
