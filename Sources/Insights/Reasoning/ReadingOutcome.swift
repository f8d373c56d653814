/// What became of one document of a case.
public enum ReadingOutcome: Sendable, Hashable {
    /// The document was read; it may still be uninterpreted (method `none`).
    case read(DocumentReading)
    /// ``ReadingError/reason``, as it was stored with the file.
    case failed(reason: String)

    /// From a reading that has just been tried.
    public init(_ result: Result<DocumentReading, ReadingError>) {
        switch result {
        case .success(let reading): self = .read(reading)
        case .failure(let error): self = .failed(reason: error.reason)
        }
    }

    var reading: DocumentReading? {
        if case .read(let reading) = self { reading } else { nil }
    }
}
