internal import Core
internal import Gateway
internal import Postgres
internal import Tokens

/// A `case_files` row as the database made it, given a URL that works by itself.
struct FileRow: Sendable {
    private var row: JSONObject
    private let key: String?

    /// From columns 0 (the row as JSON) and 1 (its key in the bucket).
    init(_ row: Row) throws(DatabaseError) {
        guard let object = try row.json(0).object else { throw .unexpectedResult("a file row is not an object") }
        self.row = object
        self.row["storage_path"] = nil
        // A lab file always has a list, be it empty.
        if object["file_category"] == "lab", object["lab_values"] ?? .null == .null { self.row["lab_values"] = [] }
        key = row.optionalText(1)
    }

    var fileID: String? { row["file_id"]?.string }

    /// With a signed URL in `file_url`; rows that the original back end wrote keep theirs.
    func json(_ urls: FileURLSigner) throws(CasesError) -> JSON {
        guard let key else { return .object(row) }
        var row = row
        row["file_url"] = .string(try urls.url(key: key))
        return .object(row)
    }
}

/// Makes download URLs of the storage API that work without headers for a limited time (storage contract, section 8).
struct FileURLSigner: Sendable {
    let issuer: TokenIssuer
    let configuration: CasesConfiguration
    let now: Timestamp

    func url(key: String) throws(CasesError) -> String {
        let path = StoredFile.bucket + "/" + key
        let token: String
        do throws(TokenError) {
            token = try issuer.sign(claims: [
                "url": .string(path), "scope": "download", "iat": .int(now.seconds),
                "exp": .int(now.advanced(by: configuration.fileURLLifetime).seconds),
            ])
        } catch {
            throw .tokenUnsignable
        }
        let encoded = PercentCoding.encode(path, keepingSlashes: true)
        return "\(configuration.publicURL)/storage/v1/object/sign/\(encoded)?token=\(token)"
    }
}
