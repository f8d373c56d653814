public import Core

/// How documents are read. The defaults suit Debian's poppler-utils, tesseract-ocr, dcmtk and util-linux.
public struct InsightsConfig: Sendable {
    /// Where programs are looked for, colon-separated. Environment: `INSIGHTS_PROGRAM_PATH`.
    public var programPath = "/usr/local/bin:/usr/bin:/bin"
    /// Where private working directories are made and removed again; nil takes the system's temporary directory.
    /// Environment: `INSIGHTS_WORK_DIRECTORY`.
    public var workDirectory: String?
    /// Tesseract's language, for instance `eng` or `eng+deu`. Environment: `INSIGHTS_OCR_LANGUAGE`.
    public var ocrLanguage = "eng"
    /// Longest run of one program; a scanned page takes about two seconds.
    /// Environment: `INSIGHTS_PROGRAM_SECONDS`.
    public var programTime: Duration = .seconds(120)
    /// Longest reading of one document, all programs together. Environment: `INSIGHTS_DOCUMENT_SECONDS`.
    public var documentTime: Duration = .seconds(600)
    /// Address space of one program. Environment: `INSIGHTS_PROGRAM_MEMORY_MIB`.
    public var programMemory: ByteCount = .mebibytes(1024)
    /// Refuse to read when programs cannot be cut off from the network on this machine.
    /// Environment: `INSIGHTS_REQUIRE_NETWORK_ISOLATION`.
    public var requireNetworkIsolation = false

    public init() {}
}
