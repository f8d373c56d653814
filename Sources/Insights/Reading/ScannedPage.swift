/// A page read by recognition, twice at least, under settings that fail in different ways.
struct ScannedPage: Sendable {
    /// The surest of the readings; the page's text comes from it.
    var words: PageWords
    var comparison: ReadingComparison
    /// Some reading found the header of a table of results.
    var hasHeader: Bool
    /// Headers in force at the end of the page, one for each reading.
    var headers: [TableHeader?]

    /// Longest word of pure noise kept in text is decided by its certainty: smudges and stamps come out below this.
    static let wordConfidenceMin = 0.25

    /// `read` yields the words under each of four settings; the third is asked only when the first two differ, the
    /// fourth only when some row is still not certain.
    init(
        headers: [TableHeader?], read: (Int) async throws(ReadingError) -> PageWords
    ) async throws(ReadingError) {
        var pages = [try await read(0), try await read(1)]
        var tables = Self.tables(pages, headers)
        var comparison = ReadingComparison(tables)
        for setting in 2...3 where setting == 2 ? !comparison.isUnanimous : !comparison.uncertain.isEmpty {
            pages.append(try await read(setting))
            tables = Self.tables(pages, headers)
            comparison = ReadingComparison(tables)
        }
        if pages.count > 2 { comparison.settleUnits(from: pages[2]) }
        self.comparison = comparison
        hasHeader = tables.contains { $0.header != nil }
        self.headers = tables.map(\.header)
        words = pages[0].confidence >= pages[1].confidence ? pages[0] : pages[1]
        words.words.removeAll { $0.confidence < Self.wordConfidenceMin }
    }

    private static func tables(_ pages: [PageWords], _ headers: [TableHeader?]) -> [LabTable] {
        pages.enumerated().map { index, page in
            LabTable(page: page, header: index < headers.count ? headers[index] : nil, isRecognised: true)
        }
    }
}
