/// Who writes an object, and with what right.
struct Writer: Sendable {
    enum Right: Sendable {
        /// Row-level security is asked.
        case caller(Identity)
        /// A signed URL was: whoever signed it was asked then.
        case signedURL
    }

    let right: Right
    let owner: String?
    let ownerID: String?
    /// Whether an object of the same key is replaced.
    let isUpsert: Bool

    init(_ identity: Identity, isUpsert: Bool) {
        right = .caller(identity)
        owner = identity.owner
        ownerID = identity.ownerID
        self.isUpsert = isUpsert
    }

    /// The right that a signed upload token carries.
    init(signedFor ownerID: String?, isUpsert: Bool) {
        right = .signedURL
        self.ownerID = ownerID
        owner = Identity.uuid(ownerID)
        self.isUpsert = isUpsert
    }
}
