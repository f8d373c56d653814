/// The bounds of this module.
enum Limits {
    /// Bytes gathered before they are hashed and written in one go. Two batches exist for each upload (one is filled
    /// while the other is stored), so this is half of what an upload costs in memory. Smaller batches cost more
    /// hops between threads, larger ones measure no faster.
    static let writeBatchBytes = 512 << 10

    /// Bytes read at a time. Two chunks exist for each download (one is sent while the next is read).
    static let readChunkBytes = 256 << 10

    /// Most versions in one listing: about 2 MB of answer.
    static let listingMax = 10_000
}
