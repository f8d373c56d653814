/// Why a program run has no usable output.
enum ProcessFailure: Error, Sendable, Hashable {
    case programMissing(name: String)
    case timedOut
    case outputTooLarge
    /// Ended by a signal: out of memory, over its file or CPU limit, or a crash.
    case killed(signal: Int)
    case couldNotStart
    case cancelled
}

/// What a finished run left behind. A status other than 0 is for the caller to judge.
struct ProcessOutput: Sendable {
    var status: Int
    var bytes: [UInt8]
    /// Bounded; only looked at for known phrases, never shown.
    var errorText: String
}
