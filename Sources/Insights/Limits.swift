internal import Core

/// Every bound of this module, with its reason.
enum Limits {
    /// Largest document read from disk; uploads stop at 50 MiB.
    static let documentSizeMax = ByteCount.mebibytes(64)
    /// CSV is held in memory as text.
    static let csvSizeMax = ByteCount.mebibytes(10)
    static let csvRowsMax = 20_000
    static let csvColumnsMax = 100

    /// More pages than any report has; what has more is not a report.
    static let pagesMax = 200
    /// A page of OCR costs seconds of processor time, so scans are shorter.
    static let scannedPagesMax = 40
    /// Longest side of a page in points (1/72 inch): ISO A0 is 3370.
    static let pageSidePointsMax = 5000.0
    /// Pixels of one rendered page: A4 at 300 dpi has 8.7 million. Larger pages are rendered coarser.
    static let renderedPixelsMax = 20_000_000.0
    /// Coarser than this, printed digits cannot be told apart.
    static let renderedDotsPerInchMin = 100.0

    /// Radiographs have up to 30 million pixels; this leaves room without letting one image take gigabytes.
    static let imagePixelsMax = 100_000_000
    static let imageSidePixelsMax = 20_000
    /// Looking for printed text is for photographed reports; larger images are radiographs.
    static let imagePixelsForTextMax = 25_000_000

    /// Words of one page kept; a dense page has 1,500.
    static let wordsPerPageMax = 20_000
    static let wordCharactersMax = 200
    /// Text kept of one document, in characters; a hundred dense pages.
    static let textCharactersMax = 1_000_000
    /// Words of a table row looked at; a longer row is prose.
    static let rowWordsMax = 40
    static let labValuesMax = 2_000
    static let nameCharactersMax = 120
    static let rangeCharactersMax = 300
    /// Bytes of saved JSON accepted back when a stage is reloaded.
    static let savedJSONSizeMax = ByteCount.mebibytes(16)

    /// Output of one program run: a page image or the words of a document.
    static let programOutputMax = ByteCount.mebibytes(24)
    /// Largest file a program may write: one rendered page.
    static let programFileMax = ByteCount.mebibytes(64)
    static let programOpenFilesMax = 128
    /// Error text kept to tell a locked PDF from a damaged one.
    static let programErrorTextMax = ByteCount.kibibytes(256)
}
