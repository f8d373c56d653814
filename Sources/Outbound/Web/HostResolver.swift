internal import Core
internal import Subprocess

/// Finds all addresses of a name.
struct HostResolver: Sendable {
    /// The addresses, in the system's order of preference; empty when the name has none.
    var addresses: @Sendable (_ host: String) async -> [String]

    /// The system's resolver, through the C library's own program: there is no way to it from Swift that tells all
    /// addresses and does not block a thread.
    static let system = HostResolver { host in
        var options = PlatformOptions()
        options.createSession = true
        do {
            let result = try await run(
                .name("getent"), arguments: ["ahosts", host],
                environment: .custom(["PATH": "/usr/bin:/bin", "LC_ALL": "C"]), platformOptions: options, input: .none,
                output: .string(limit: OutboundLimits.programOutput.bytes), error: .discarded)
            guard result.terminationStatus.isSuccess else { return [] }
            return HostResolver.addresses(in: result.standardOutput)
        } catch {
            // What could not be resolved is answered as a name without addresses, and refused as such.
            return []
        }
    }

    /// The first word of every line, each once.
    static func addresses(in output: String) -> [String] {
        var found: [String] = []
        for line in output.split(separator: "\n") {
            guard let first = line.split(separator: " ").first, !found.contains(String(first)) else { continue }
            found.append(String(first))
        }
        return found
    }
}
