internal import Core

/// What one request to the case service may cost.
enum Limits {
    /// Medical documents above this are scans nobody could read; the front end stops here too.
    static let labFileMax = ByteCount.mebibytes(10)
    static let radiologyFileMax = ByteCount.mebibytes(50)
    /// Files of one request. A thick chart has dozens; more come with further uploads.
    static let filesMax = 100
    /// One text field of a form: notes may be long, a book they are not.
    static let fieldMax = ByteCount.kibibytes(256)
    /// JSON bodies of update and analyze.
    static let jsonMax = ByteCount.mebibytes(1)
    static let nameCharactersMax = 500
    static let genderCharactersMax = 100
    static let fileNameCharactersMax = 255
    /// PostgreSQL's integer holds more; no patient is older.
    static let ages = 0...150
    /// Pages of a list.
    static let pageSizeMax = 1000
    static let pageMax = 1_000_000
    /// Bytes of an image looked at before it is stored, to know its size in pixels.
    static let inspectedBytes = ByteCount.kibibytes(512)
}
