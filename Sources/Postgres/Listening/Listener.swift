public import Core
internal import Glibc

/// Delivers `NOTIFY` messages over one connection of its own, for as long as it lives.
///
/// After every interruption the stream says `.connected` again: notifications sent meanwhile are lost, so whoever
/// listens must look at the tables whenever it comes.
public final class Listener: Sendable {
    /// What the stream says.
    public enum Event: Sendable, Hashable {
        /// Listening (again), or notifications had to be dropped: anything may have been missed.
        case connected
        case notification(channel: String, payload: String)
    }

    /// Events since the start; one reader.
    public let events: AsyncStream<Event>
    private let mailbox: Mailbox<Void>

    /// Notifications kept for a slow reader before the oldest are dropped (and `.connected` is said again).
    static let bufferedEventsMax = 1024

    /// Starts listening to `channels` under the login of `configuration`.
    public init(_ configuration: DatabaseConfiguration, channels: [String], observer: any Observer = SilentObserver()) {
        let (events, continuation) = AsyncStream.makeStream(
            of: Event.self, bufferingPolicy: .bufferingNewest(Listener.bufferedEventsMax))
        self.events = events
        let mailbox = Mailbox<Void>()
        self.mailbox = mailbox
        SystemThread.start(name: "pg-listen") {
            Listener.loop(
                configuration: configuration, channels: channels, observer: observer, mailbox: mailbox,
                continuation: continuation)
            continuation.finish()
        }
    }

    /// Ends the stream and closes the connection.
    public func stop() { mailbox.push(()) }

    private static func loop(
        configuration: DatabaseConfiguration, channels: [String], observer: any Observer, mailbox: Mailbox<Void>,
        continuation: AsyncStream<Event>.Continuation
    ) {
        var backoff = Backoff()
        while true {
            do throws(DatabaseError) {
                let handle = try ConnectionHandle.connect(configuration)
                for channel in channels { try handle.executeBlocking("listen \(SQL.quoted(identifier: channel))") }
                backoff.succeeded()
                continuation.yield(.connected)
                if receive(handle, mailbox: mailbox, continuation: continuation) { return }
                observer.observe(.listenInterrupted(cause: handle.errorText))
            } catch {
                observer.observe(.listenInterrupted(cause: error.logText))
            }
            let pause = backoff.failed(at: .now)
            if wait(on: [mailbox.descriptor], milliseconds: pause.wholeMilliseconds) { return }
        }
    }

    /// Passes notifications on until told to stop (true) or the connection breaks (false).
    private static func receive(
        _ handle: borrowing ConnectionHandle, mailbox: Mailbox<Void>, continuation: AsyncStream<Event>.Continuation
    ) -> Bool {
        while true {
            // A silent, broken network is noticed by TCP keep-alive; the time-out only bounds the sleep.
            _ = wait(on: [handle.descriptor, mailbox.descriptor], milliseconds: 30_000)
            if !mailbox.take().isEmpty { return true }
            guard handle.consumeInput(), !handle.isBroken else { return false }
            for notification in handle.notifications() {
                let yielded = continuation.yield(
                    .notification(channel: notification.channel, payload: notification.payload))
                if case .dropped = yielded { continuation.yield(.connected) }
            }
        }
    }

    /// True when one of the descriptors became readable in time.
    private static func wait(on descriptors: [Int32], milliseconds: Int) -> Bool {
        var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        return unsafe poll(&polled, nfds_t(polled.count), Int32(clamping: milliseconds)) > 0
    }
}
