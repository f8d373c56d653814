internal import Core

/// Does what libpq can only do blocking: opening connections (name look-ups, TLS, SCRAM) and sending cancels.
/// Ends when told to, after what was asked before.
final class SideThread: Sendable {
    enum Task: Sendable {
        case open(DatabaseConfiguration)
        case cancel(CancelToken)
        case end
    }

    private let tasks = Mailbox<Task>()

    init(name: String, reply: Mailbox<Reactor.Message>, observer: any Observer) {
        let tasks = tasks
        SystemThread.start(name: "\(name)-side") {
            while true {
                // Cancels first: a connection attempt may take its whole time-out.
                tasks.acknowledge()
                let taken = tasks.take()
                for case .cancel(let token) in taken {
                    if let cause = token.cancelBlocking() {
                        observer.observe(.warning("a query could not be cancelled: \(cause)"))
                    }
                }
                for case .open(let configuration) in taken { reply.push(SideThread.open(configuration)) }
                if taken.contains(where: { if case .end = $0 { true } else { false } }) { return }
            }
        }
    }

    func perform(_ task: Task) { tasks.push(task) }

    private static func open(_ configuration: DatabaseConfiguration) -> Reactor.Message {
        do throws(DatabaseError) {
            let handle = try ConnectionHandle.connect(configuration)
            try handle.enterPipeline()
            return .opened(ConnectionParcel(handle))
        } catch {
            return .openFailed(error)
        }
    }
}
