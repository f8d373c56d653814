public import Core

/// What one document says. Saved as ``json`` after its stage and reloaded with ``init(json:)`` after a crash.
public struct DocumentReading: Sendable, Hashable {
    /// How the text was won.
    public enum Method: String, Sendable, Hashable {
        case textLayer = "text_layer"
        case opticalRecognition = "ocr"
        case mixed
        case csv
        /// The file was checked and kept; nothing in it was interpreted.
        case none
    }

    /// Every page followed by a newline, 80 `=` and a newline; nil when the document holds no text. A CSV file is
    /// its own text.
    public var text: String?
    /// In the order of pages and rows.
    public var labValues: [LabValue]
    /// Rows that look like measurements but could not be read for certain; named so that a person looks.
    public var uncertainRows: [UncertainRow]
    /// A few sentences about the document.
    public var summary: String
    /// Out-of-range values or stated impressions, quoted.
    public var keyAbnormalities: [String]
    /// A radiology report's findings as stated; empty when it has none.
    public var findings: String
    /// A radiology report's impression as stated; empty when it has none.
    public var impressions: String
    /// The examination a radiology report or image header names; empty when unknown.
    public var examination: String
    /// 0 to 1.
    public var confidence: Double
    /// How the text was won.
    public var method: Method
    /// Pages of the document; 1 for images and CSV files.
    public var pages: Int
    /// Facts about how the reading went, for instance a missing network isolation. No document content.
    public var diagnostics: [String]

    public init(
        text: String?, labValues: [LabValue] = [], uncertainRows: [UncertainRow] = [], summary: String = "",
        keyAbnormalities: [String] = [], findings: String = "", impressions: String = "", examination: String = "",
        confidence: Double, method: Method, pages: Int, diagnostics: [String] = []
    ) {
        self.text = text
        self.labValues = labValues
        self.uncertainRows = uncertainRows
        self.summary = summary
        self.keyAbnormalities = keyAbnormalities
        self.findings = findings
        self.impressions = impressions
        self.examination = examination
        self.confidence = confidence
        self.method = method
        self.pages = pages
        self.diagnostics = diagnostics
    }

    /// A row seen on paper whose value is not certain enough to be stated.
    public struct UncertainRow: Sendable, Hashable {
        public var name: String
        public var page: Int

        public init(name: String, page: Int) {
            self.name = name
            self.page = page
        }
    }

    /// A radiology report: it states findings or an impression.
    public var statesRadiology: Bool { !findings.isEmpty || !impressions.isEmpty }
}

extension DocumentReading {
    /// The whole reading, to be saved.
    public var json: JSON {
        [
            "text": .optional(text), "lab_values": .array(labValues.map(\.json)),
            "uncertain_rows": .array(uncertainRows.map { ["name": .string($0.name), "page": .int($0.page)] }),
            "summary": .string(summary), "key_abnormalities": .array(keyAbnormalities.map(JSON.string)),
            "findings": .string(findings), "impressions": .string(impressions),
            "examination": .string(examination), "confidence_score": .double(confidence),
            "method": .string(method.rawValue), "pages": .int(pages),
            "diagnostics": .array(diagnostics.map(JSON.string)),
        ]
    }

    /// What a saved reading may cost to parse again; a document's text makes it larger than a request's body may be.
    public static let savedLimits = JSONLimits(bytesMax: Limits.savedJSONSizeMax.bytes, depthMax: 8)

    /// Nil when the value is not what ``json`` makes.
    public init?(json: JSON) {
        guard let object = json.object, let values = object["lab_values"]?.array,
            let uncertain = object["uncertain_rows"]?.array, let summary = object["summary"]?.string,
            let abnormalities = object["key_abnormalities"]?.array, let findings = object["findings"]?.string,
            let impressions = object["impressions"]?.string, let examination = object["examination"]?.string,
            let confidence = object["confidence_score"]?.double,
            let method = object["method"]?.string.flatMap(Method.init), let pages = object["pages"]?.int
        else { return nil }
        let labValues = values.compactMap(LabValue.init(json:))
        guard labValues.count == values.count else { return nil }
        self.init(
            text: object["text"]?.string, labValues: labValues,
            uncertainRows: uncertain.compactMap { row in
                guard let name = row["name"]?.string, let page = row["page"]?.int else { return nil }
                return UncertainRow(name: name, page: page)
            },
            summary: summary, keyAbnormalities: abnormalities.compactMap(\.string), findings: findings,
            impressions: impressions, examination: examination, confidence: confidence, method: method,
            pages: pages, diagnostics: (object["diagnostics"]?.array ?? []).compactMap(\.string))
    }

    /// What a radiology file's `ai_summary` column holds as text: findings, impressions, summary,
    /// key_abnormalities and confidence_score (contract section 7, stage 2).
    public var radiologyJSON: JSON {
        [
            "findings": .string(findings), "impressions": .string(impressions), "summary": .string(summary),
            "key_abnormalities": .array(keyAbnormalities.map(JSON.string)), "confidence_score": .double(confidence),
        ]
    }

    /// Joins pages the way `text_data` keeps them (contract section 7.1).
    static func joined(pages: [String]) -> String {
        let rule = "\n" + String(repeating: "=", count: 80) + "\n"
        return pages.map { $0 + rule }.joined()
    }
}
