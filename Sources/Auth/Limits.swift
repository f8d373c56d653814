internal import Core

/// What the auth service's work may cost.
enum AuthLimits {
    /// A request body: what GoTrue reads at most.
    static let body = ByteCount.mebibytes(1)
    /// Bytes of a user's metadata, the user's own and the app's together: half of what a token may have. Its base64 takes
    /// a third more, and the other half is for the signature, the other claims and what a hook adds.
    static let metadataBytesMax = ByteCount.kibibytes(8)
    /// Levels of nesting of metadata: half of what verifiers take.
    static let metadataDepthMax = 16
    /// Characters of an e-mail address: the width of `auth.users.email`.
    static let emailCharactersMax = 255
    /// Bytes of a password: bcrypt reads no more.
    static let passwordBytesMax = 72
    /// Characters of a refresh token: version 1 has 12, older ones 22, version 2 about 64.
    static let refreshTokenCharacters = 12...128
    /// Successors of one refresh token that can be told again to a client whose answer was lost.
    static let refreshSiblingsMax = 8
    /// Bytes of the key that signs the version 2 refresh tokens of a session.
    static let counterKeyBytes = 32
    /// Characters of a PKCE code challenge (RFC 7636, section 4.2).
    static let codeChallengeCharacters = 43...128
    /// Characters kept of a session's user agent; the rest says nothing more.
    static let userAgentCharactersMax = 512
    /// Longest wait of a refresh for the others of its session (contract, section 4).
    static let refreshLockWait: Duration = .seconds(5)
    /// Longest wait for a request to end that was cancelled because its time was over: a cancelled query ends within
    /// milliseconds while the database answers at all.
    static let cancellationMax: Duration = .seconds(1)
    /// Rows on a page of users when the request does not say.
    static let usersPerPage = 50
    /// Rows on a page of users at most; a page is built in memory.
    static let usersPerPageMax = 1000
    /// Longest time a ban or another Go duration may name, in hours: a century, so that no timestamp overflows.
    static let durationHoursMax = 876_000.0
    /// How long after its sign-in a session may change the password without a code (contract, section 6.11).
    static let freshSession: Duration = .seconds(86_400)
    /// Writes of rate limits and attempts between two removals of rows that say nothing any more.
    static let throttleWritesPerSweep = 1000
    /// Rows that one such removal takes at most: more than the writes before it can have left.
    static let throttleRowsPerSweep = 5000
    /// Characters of a header that names a client: an address has 45 at most, a client's id seldom more.
    static let rateHolderCharactersMax = 128
}
