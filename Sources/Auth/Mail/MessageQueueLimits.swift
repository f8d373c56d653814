internal import Core

/// What messages may cost that were promised and are not sent yet.
enum MessageQueueLimits {
    /// Messages in memory at most, with those that a request may still hand over; each has at most some tens of KiB.
    static let messagesMax = 500
    /// Longest wait for its turn: codes live for an hour, but nobody waits that long before asking again.
    static let ageMax: Duration = .seconds(600)
    /// Messages on their way at the same time: each is a connection to the mail server.
    static let deliveriesMax = 8
    /// For how long a server that stops still sends what it holds.
    static let drainMax: Duration = .seconds(10)
}
