import Auth
import Synchronization

/// Comes back from no mail before it is let go, or cancelled.
final class HoldingMailer: Mailer {
    private struct State {
        var isLetGo = false
        var isRefusing = false
        var sent: [Mail] = []
    }
    private let state = Mutex(State())
    private let gate = AsyncStream.makeStream(of: Void.self)

    private let arrivals = AsyncStream.makeStream(of: Void.self)

    var sent: [Mail] { state.withLock { $0.sent } }
    func refuse(_ refuses: Bool = true) { state.withLock { $0.isRefusing = refuses } }
    /// Waits until it is given a mail.
    func isReached() async { for await _ in arrivals.stream { return } }
    func letGo() {
        state.withLock { $0.isLetGo = true }
        gate.continuation.finish()
    }

    func send(_ mail: Mail) async throws(MailFailure) {
        arrivals.continuation.yield()
        for await _ in gate.stream {}
        guard state.withLock({ $0.isLetGo }) else { throw MailFailure(cause: "cancelled") }
        guard !state.withLock({ $0.isRefusing }) else { throw MailFailure(cause: "refused by the test") }
        state.withLock { $0.sent.append(mail) }
    }
}
