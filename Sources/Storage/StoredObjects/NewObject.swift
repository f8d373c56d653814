internal import Core

/// The row that a write is about to make.
struct NewObject: Sendable {
    let bucket: String
    let name: String
    let owner: String?
    let ownerID: String?
    let version: String
    var metadata: JSON
    /// Nil is stored as `{}`, also over what a replaced row had.
    var userMetadata: JSON?
}
