internal import Core

/// What a hook may cost.
enum HookLimits {
    /// `statement_timeout` of a function.
    static let functionTime: Duration = .seconds(2)
    /// All tries of a request together.
    static let webTime: Duration = .seconds(5)
    static let webTries = 3
    /// Between two tries after a connection that failed.
    static let webPause: Duration = .seconds(2)
    /// An answer; a larger one is an error.
    static let answer = ByteCount.kibibytes(200)
    /// Characters of a message that a hook wants shown.
    static let messageCharactersMax = 1000
}
