internal import NIOCore

/// Runs tasks on an event loop, so that a request that is read, answered and written there never changes its thread
/// for it.
///
/// Handlers therefore hold up the other connections of their loop for as long as they compute; what takes longer than
/// a millisecond (hashing passwords, reading files) has threads of its own.
final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        // A closure cannot hold what there is only once, so the job goes in by its unowned name. It is run exactly once:
        // a loop runs everything it took before it ends.
        let job = UnownedJob(job)
        loop.execute { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// The executors of a group of event loops. They live as long as the listener, whose tasks run on them.
struct LoopExecutors: Sendable {
    private let executors: [ObjectIdentifier: LoopExecutor]

    init(_ group: any EventLoopGroup) {
        var executors: [ObjectIdentifier: LoopExecutor] = [:]
        for loop in group.makeIterator() { executors[ObjectIdentifier(loop)] = LoopExecutor(loop) }
        self.executors = executors
    }

    /// Nil for a loop of another group.
    subscript(loop: any EventLoop) -> LoopExecutor? { executors[ObjectIdentifier(loop)] }
}
