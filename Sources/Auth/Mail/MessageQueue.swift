public import Core
internal import Synchronization

/// Mails and text messages on their way to servers that may be slow or away. They are handed over when what they are
/// about is committed, and the request that asked for one does not wait: neither the time of an answer nor a failure to
/// send tells whether there is an account, and no connection to the database waits for a mail server.
///
/// A place is taken before anything is stored, for every address alike, so that a full queue tells nothing either.
public final class MessageQueue: Sendable {
    /// What a queue may hold, and for how long.
    struct Limits: Sendable {
        var messagesMax = MessageQueueLimits.messagesMax
        var ageMax = MessageQueueLimits.ageMax
        var drainMax = MessageQueueLimits.drainMax
    }

    private struct Entry: Sendable {
        let message: HeldMessages.Message
        let queuedAt: ContinuousClock.Instant
    }

    private struct State {
        /// Places taken: by requests, by what waits and by what is on its way.
        var taken = 0
        var isClosed = false
    }

    private let limits: Limits
    private let observer: any Observer
    private let state = Mutex(State())
    // Unbounded by itself: what is in it has a place, and those are counted.
    private let entries: (stream: AsyncStream<Entry>, inlet: AsyncStream<Entry>.Continuation)
    private let closing: (stream: AsyncStream<Void>, inlet: AsyncStream<Void>.Continuation)

    /// A queue with this module's limits. Nothing is sent until it runs.
    public convenience init(observer: any Observer) { self.init(observer: observer, limits: Limits()) }

    init(observer: any Observer, limits: Limits) {
        self.observer = observer
        self.limits = limits
        let (stream, inlet) = AsyncStream.makeStream(of: Entry.self)
        entries = (stream, inlet)
        let (closing, closingInlet) = AsyncStream.makeStream(of: Void.self)
        self.closing = (closing, closingInlet)
    }

    // MARK: Requests

    /// Takes a place for messages that a request may hand over. False when there is none.
    func reserve() -> Bool {
        state.withLock { state in
            guard !state.isClosed, state.taken < limits.messagesMax else { return false }
            state.taken += 1
            return true
        }
    }

    /// Gives a place back.
    func release() { state.withLock { $0.taken -= 1 } }

    /// Hands over what a request held, in place of its reservation.
    func put(_ messages: [HeldMessages.Message]) {
        state.withLock { $0.taken += messages.count - 1 }
        for message in messages {
            if case .terminated = entries.inlet.yield(Entry(message: message, queuedAt: .now)) { abandon(message) }
        }
    }

    // MARK: Sending

    /// Sends what is handed over, until ``close()`` was called and nothing is left, or the time for that is over. What is
    /// left then is counted as failed. Call it once.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.deliverAll() }
            group.addTask {
                for await _ in self.closing.stream {}
                // Ends early when everything is sent.
                try? await Task.sleep(for: self.limits.drainMax)
            }
            await group.next()
            group.cancelAll()
        }
        close()
        for await entry in entries.stream { abandon(entry.message) }
    }

    /// Takes nothing more and lets ``run()`` end.
    public func close() {
        state.withLock { $0.isClosed = true }
        entries.inlet.finish()
        closing.inlet.finish()
    }

    private func deliverAll() async {
        await withTaskGroup(of: Void.self) { group in
            var active = 0
            for await entry in entries.stream {
                if active == MessageQueueLimits.deliveriesMax {
                    await group.next()
                    active -= 1
                }
                group.addTask { await self.deliver(entry) }
                active += 1
            }
        }
    }

    private func deliver(_ entry: Entry) async {
        defer { release() }
        guard ContinuousClock.now - entry.queuedAt <= limits.ageMax else {
            return fail(entry.message, "it waited for too long")
        }
        do throws(MailFailure) { try await entry.message.send() } catch { fail(entry.message, error.cause) }
    }

    private func abandon(_ message: HeldMessages.Message) {
        release()
        fail(message, "the server stopped before it was sent")
    }

    private func fail(_ message: HeldMessages.Message, _ cause: String) {
        observer.observe(.messageNotSent(kind: message.kind, cause: cause))
    }
}

/// What a request is going to hand to a ``MessageQueue`` when its transaction is committed.
final class HeldMessages: Mailer {
    struct Message: Sendable {
        /// The name of its template, or `text_message`.
        let kind: String
        let send: @Sendable () async throws(MailFailure) -> Void
    }

    private let mailer: any Mailer
    private let held = Mutex<[Message]>([])

    /// - Parameter mailer: what sends mails in the end.
    init(_ mailer: any Mailer) { self.mailer = mailer }

    var messages: [Message] { held.withLock { $0 } }

    func hold(_ kind: String, _ send: @escaping @Sendable () async throws(MailFailure) -> Void) {
        // Hooks are told where the request came from.
        let address = RequestContext.address
        let message = Message(kind: kind) { () async throws(MailFailure) in
            let result = await RequestContext.$address.withValue(address) { await HeldMessages.outcome(send) }
            try result.get()
        }
        held.withLock { $0.append(message) }
    }

    /// `withValue` passes on what is thrown as any error; this keeps its type.
    private static func outcome(
        _ send: @Sendable () async throws(MailFailure) -> Void
    ) async -> Result<Void, MailFailure> {
        do throws(MailFailure) { return .success(try await send()) } catch { return .failure(error) }
    }

    func send(_ mail: Mail) async throws(MailFailure) { try await send([mail]) }

    func send(_ mails: [Mail]) async throws(MailFailure) {
        guard let kind = mails.first?.kind.templateName else { return }
        let mailer = mailer
        hold(kind) { () async throws(MailFailure) in try await mailer.send(mails) }
    }
}
