internal import Core
internal import Insights
internal import Objects
internal import Postgres

/// A file of the case under analysis.
struct AnalysedFile: Sendable {
    let id: String
    let category: FileCategory
    let name: String
    let mediaType: String
    private let key: String?
    private let liveVersion: String?

    init(_ row: Row) throws(DatabaseError) {
        id = try row.text(0)
        category = row.optionalText(1).flatMap { FileCategory(rawValue: $0) } ?? .lab
        name = row.optionalText(2) ?? "file"
        mediaType = row.optionalText(3) ?? "application/octet-stream"
        key = row.optionalText(4)
        liveVersion = row.optionalText(5)
    }

    /// The name of the file's stage; holds its id, never its name.
    var stage: String { "read:\(id)" }

    /// Where the bytes are; nil when no object belongs to the row.
    func version() throws(ObjectError) -> ObjectVersion? {
        guard let key, let liveVersion else { return nil }
        return try ObjectVersion(bucket: StoredFile.bucket, key: key, version: liveVersion)
    }

    func document(path: String) -> CaseDocument {
        CaseDocument(
            id: id, category: category.documentCategory, fileName: name, mediaType: mediaType, path: path)
    }
}

/// What became of reading one file.
enum FileOutcome: Sendable {
    case read(DocumentReading)
    /// Why not, in words fit for the doctor and the log.
    case failed(String)

    var forReasoning: ReadingOutcome {
        switch self {
        case .read(let reading): .read(reading)
        case .failed(let reason): .failed(reason: reason)
        }
    }

    var json: JSON {
        switch self {
        case .read(let reading): ["reading": reading.json.withoutNULs]
        case .failed(let reason): ["failure": .string(reason)]
        }
    }

    init?(json: JSON) {
        if let reading = json["reading"].flatMap(DocumentReading.init(json:)) {
            self = .read(reading)
        } else if let reason = json["failure"]?.string {
            self = .failed(reason)
        } else {
            return nil
        }
    }

    /// The file's row: extracted text and values of a lab file, the findings of a radiology file.
    func statement(for file: AnalysedFile) -> SQL {
        switch self {
        case .failed(let reason):
            FileStatements.saveReading(fileID: file.id, text: nil, labValues: nil, summary: nil, failure: reason)
        case .read(let reading):
            switch file.category {
            case .lab:
                FileStatements.saveReading(
                    fileID: file.id, text: reading.text?.withoutNULs,
                    labValues: JSON.array(reading.labValues.map(\.json)).withoutNULs, summary: nil, failure: nil)
            case .radiology:
                FileStatements.saveReading(
                    fileID: file.id, text: reading.text?.withoutNULs, labValues: nil,
                    summary: reading.radiologyJSON.withoutNULs.text, failure: nil)
            }
        }
    }
}

extension String {
    /// PostgreSQL's text cannot hold U+0000; a document may.
    var withoutNULs: String { utf8.contains(0) ? replacing("\0", with: "") : self }
}

extension JSON {
    var withoutNULs: JSON {
        switch self {
        case .null, .bool, .number: self
        case .string(let text): .string(text.withoutNULs)
        case .array(let items): .array(items.map(\.withoutNULs))
        case .object(let object):
            .object(JSONObject(object.members.map { ($0.key.withoutNULs, $0.value.withoutNULs) }))
        }
    }
}

extension ReadingOutcome {
    var isFailure: Bool { if case .failed = self { true } else { false } }
}
