internal import Core

/// What a template may cost. Templates are the operator's, but a mistake in one must not take the service down.
enum TemplateLimits {
    /// A body's source; the mails that people write have a few tens of kibibytes.
    static let source = ByteCount.kibibytes(256)
    /// `{{ if }}`, `{{ with }}`, `{{ range }}` and parentheses inside of each other; parsing and rendering recurse.
    static let depthMax = 32
    /// Nodes visited while rendering: a range of a range of a range is otherwise cubic.
    static let stepsMax = 100_000
    /// What is rendered.
    static let output = ByteCount.mebibytes(1)
    /// How long a template that was read is used before it is read again (contract, section 8).
    static let age: Duration = .seconds(600)
    /// How long one that could not be read is replaced by the built-in one before it is tried again.
    static let failureAge: Duration = .seconds(30)
}
