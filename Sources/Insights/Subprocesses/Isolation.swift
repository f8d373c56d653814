/// How a program is cut off from the network and from other processes on this machine.
enum Isolation: Sendable, Hashable {
    /// Own network and process namespaces, by privilege.
    case privileged
    /// The same inside an own user namespace.
    case userNamespace
    /// The kernel or the container forbids both; the other limits still hold.
    case unavailable

    /// The words put before the program. `--kill-child` makes the namespace die with its first process, so no
    /// descendant survives a kill even when it leaves the process group.
    var wrapper: [String] {
        switch self {
        case .privileged: ["unshare", "--net", "--pid", "--fork", "--kill-child=KILL"]
        case .userNamespace: ["unshare", "--user", "--map-root-user", "--net", "--pid", "--fork", "--kill-child=KILL"]
        case .unavailable: []
        }
    }
}

/// Finds out once which isolation works, by trying.
actor IsolationProbe {
    private var known: Isolation?

    init(known: Isolation? = nil) { self.known = known }

    func isolation(trying attempt: @Sendable (Isolation) async throws(ProcessFailure) -> Bool)
        async throws(ProcessFailure) -> Isolation
    {
        if let known { return known }
        for candidate in [Isolation.privileged, .userNamespace] where try await attempt(candidate) {
            // Two callers may probe at once; both find the same answer.
            known = candidate
            return candidate
        }
        known = .unavailable
        return .unavailable
    }
}
