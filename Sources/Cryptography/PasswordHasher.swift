internal import CLibCrypt
internal import NIOPosix
internal import Synchronization

/// Hashes passwords with bcrypt, and checks them against bcrypt and what other systems left, on threads of its own: a storm of sign-ins keeps neither an event loop nor
/// a thread of the cooperative pool busy, and beyond a bounded queue it is refused instead of piling up.
///
/// The threads run at a lower priority than the rest of the program.
public final class PasswordHasher: Sendable {
    /// How a hasher works.
    public struct Configuration: Sendable {
        /// bcrypt cost of new hashes, 4 to 16; each step doubles the time. GoTrue's is 10.
        public var cost = 10
        /// Threads that hash; nil for one a core.
        public var threads: Int?
        /// Passwords that may wait for a thread; at cost 10 one core works off about 15 to 20 a second.
        public var waitingMax = 128

        public init(cost: Int = 10, threads: Int? = nil, waitingMax: Int = 128) {
            self.cost = cost
            self.threads = threads
            self.waitingMax = waitingMax
        }
    }

    private let cost: Int
    private let unfinishedMax: Int
    private let waitingMax: Int
    private let pool: NIOThreadPool
    private let unfinished = Atomic<Int>(0)
    private let isStopped = Atomic<Bool>(false)

    /// Starts the threads. Throws `.costOutOfRange` for a cost that bcrypt or common sense does not allow.
    public init(_ configuration: Configuration = Configuration()) throws(PasswordError) {
        try Bcrypt.check(cost: configuration.cost)
        let threads = max(1, configuration.threads ?? medmitra_core_count())
        cost = configuration.cost
        waitingMax = max(0, configuration.waitingMax)
        unfinishedMax = threads + waitingMax
        pool = NIOThreadPool(numberOfThreads: threads)
        pool.start()
    }

    deinit {
        // Whoever forgot shutdown() still gets the threads stopped; nobody is left to wait for them.
        pool.shutdownGracefully { _ in }
    }

    /// Passwords waiting or being worked on at this moment.
    public var load: Int { unfinished.load(ordering: .relaxed) }

    /// A new hash of `password`. Throws for passwords over 72 bytes or with NUL, when overloaded and after shutdown.
    public func hash(_ password: String) async throws(PasswordError) -> String {
        try Bcrypt.check(password: password)
        let cost = cost
        return try await run { () throws(PasswordError) in
            try Bcrypt.hash(password, setting: Bcrypt.newSetting(cost: cost))
        }
    }

    /// Whether `password` belongs to `hash`: bcrypt (`$2a$`, `$2b$`, `$2y$`), argon2i, argon2id or Firebase's scrypt
    /// (`$fbscrypt$`), compared in constant time. Throws for passwords that the scheme would cut, for other schemes,
    /// malformed hashes and such that cost more than is affordable, when overloaded and after shutdown.
    public func verify(_ password: String, against hash: String) async throws(PasswordError) -> Bool {
        let stored = try StoredPassword(hash)
        try stored.check(password: password)
        return try await run { () throws(PasswordError) in try stored.matches(password) }
    }

    /// Throws what ``verify(_:against:)`` would for a hash that it cannot check, before one is stored.
    public static func check(hash: String) throws(PasswordError) { _ = try StoredPassword(hash) }

    /// Takes as long as ``verify(_:against:)`` for a hash of the configured cost, and is always false. For users that
    /// do not exist or have no password, so that the time of the answer does not tell. Throws as `verify` does.
    public func verifyAgainstNobody(_ password: String) async throws(PasswordError) -> Bool {
        _ = try await hash(password)
        return false
    }

    /// Stops the threads after the passwords being worked on; those still waiting throw `.stopped`.
    public func shutdown() async {
        isStopped.store(true, ordering: .sequentiallyConsistent)
        // The pool reports an error only when it was shut down before, which is what was asked for.
        try? await pool.shutdownGracefully()
    }

    private func run<Result: Sendable>(
        _ work: @escaping @Sendable () throws(PasswordError) -> Result
    ) async throws(PasswordError) -> Result {
        let before = unfinished.wrappingAdd(1, ordering: .relaxed).oldValue
        defer { unfinished.wrappingSubtract(1, ordering: .relaxed) }
        guard !isStopped.load(ordering: .sequentiallyConsistent) else { throw .stopped }
        guard before < unfinishedMax else { throw .overloaded(waiting: waitingMax) }
        do {
            return try await pool.runIfActive {
                // Only a wish: without it hashing competes with requests on equal terms.
                _ = medmitra_yield_to_other_threads()
                return try work()
            }
        } catch let error as PasswordError {
            throw error
        } catch {
            // The pool says the same of a caller who left and of work it dropped because it stops.
            throw isStopped.load(ordering: .sequentiallyConsistent) ? .stopped : .cancelled
        }
    }
}
