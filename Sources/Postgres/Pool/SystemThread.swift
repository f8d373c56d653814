internal import CLibPQ
internal import Glibc

/// A thread of our own, for work that blocks in C and so may run neither on an event loop nor on the cooperative
/// pool.
enum SystemThread {
    private final class Start {
        let name: String
        let body: @Sendable () -> Void
        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts a detached thread. `name` is cut to the 15 bytes Linux allows.
    static func start(name: String, _ body: @escaping @Sendable () -> Void) {
        let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
        var thread = pthread_t()
        let result = unsafe pthread_create(
            &thread, nil,
            { raw in
                guard let raw = unsafe raw else { return nil }
                let start = unsafe Unmanaged<Start>.fromOpaque(raw).takeRetainedValue()
                // The thread shows up by name in ps and in debuggers.
                unsafe String(start.name.prefix(15)).withCString { name in unsafe medmitra_name_thread(name) }
                start.body()
                return nil
            }, start.toOpaque())
        precondition(result == 0, "pthread_create failed with errno \(result)")
        pthread_detach(thread)
    }
}
