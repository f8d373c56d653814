internal import Core
internal import FoundationEssentials
internal import Glibc
internal import ServiceLifecycle
internal import Subprocess
internal import SystemPackage

/// A private PostgreSQL cluster in the data directory, reachable by a unix socket alone.
///
/// It runs as a child in a session of its own, so that a Ctrl-C in the terminal reaches only the gateway, which
/// then stops it last. When it dies it is started again; what an earlier gateway left running is stopped first.
struct EmbeddedCluster: Service {
    let directory: String
    /// Holds the socket; short, because socket paths end at 107 bytes.
    let socketDirectory: String
    let binaries: String
    /// Nil runs it as the gateway's own user.
    let account: SystemAccount?
    let password: Secret<String>
    let observer: any Observer
    /// Ends when the cluster is about to start: until then the socket may be that of a leftover, soon to be stopped.
    let preparing = AsyncStream.makeStream(of: Void.self)

    static let superuser = "supabase_admin"
    private static let freeMegabytesMin = 200
    /// A fast shutdown waits for running statements to be cancelled and a checkpoint to be written.
    private static let stopMax: Duration = .seconds(60)

    /// The superuser's connection string, without its password.
    var connection: String {
        "host='\(socketDirectory)' user=\(EmbeddedCluster.superuser) dbname=postgres"
    }

    var logFile: String { directory + ".log" }

    /// Returns once the cluster was prepared, or could not be.
    func waitUntilPrepared() async {
        for await _ in preparing.stream {}
    }

    // MARK: Preparing

    /// Makes the cluster if there is none and checks that it can run. Throws ``StartupError``.
    func prepare() async throws(StartupError) {
        try prepareSocketDirectory()
        let versionFile = directory + "/PG_VERSION"
        if let version = try DataDirectory.read(versionFile) {
            try await checkVersion(version.filter { !$0.isWhitespace })
        } else {
            try await create()
        }
        try await stopLeftover()
    }

    private func prepareSocketDirectory() throws(StartupError) {
        try DataDirectory.make(socketDirectory, mode: 0o700)
        try own(socketDirectory)
    }

    private func create() async throws(StartupError) {
        observer.observe(.clusterCreating(directory: directory))
        try checkSpace()
        // A folder without PG_VERSION is what an interrupted initdb left.
        if FileManager.default.fileExists(atPath: directory) {
            do {
                try FileManager.default.removeItem(atPath: directory)
            } catch {
                throw .fileSystem(path: directory, cause: "\(error)")
            }
        }
        try DataDirectory.make(directory, mode: 0o700)
        try own(directory)
        let passwordFile = socketDirectory + "/initial-password"
        try DataDirectory.writePrivately(password.reveal() + "\n", to: passwordFile)
        try own(passwordFile)
        defer { try? FileManager.default.removeItem(atPath: passwordFile) }
        let outcome = try await execute(
            "initdb",
            [
                "-D", directory, "-U", EmbeddedCluster.superuser, "--pwfile", passwordFile, "--auth=scram-sha-256",
                "--data-checksums", "--encoding=UTF8", "--locale=C.UTF-8",
            ])
        guard outcome.succeeded else {
            // A half-made cluster would be taken for a whole one next time.
            try? FileManager.default.removeItem(atPath: directory)
            throw .initdbFailed(output: outcome.text)
        }
    }

    private func checkSpace() throws(StartupError) {
        let parent = FilePath(directory).removingLastComponent().string
        do {
            let attributes = try FileManager.default.attributesOfFileSystem(forPath: parent)
            guard let free = FileNumber.of(attributes[.systemFreeSize]) else { return }
            let megabytes = free >> 20
            guard megabytes >= EmbeddedCluster.freeMegabytesMin else {
                throw StartupError.diskFull(
                    path: parent, freeMegabytes: megabytes, neededMegabytes: EmbeddedCluster.freeMegabytesMin)
            }
        } catch let error as StartupError {
            throw error
        } catch {
            throw .fileSystem(path: parent, cause: "\(error)")
        }
    }

    private func checkVersion(_ cluster: String) async throws(StartupError) {
        let outcome = try await execute("postgres", ["--version"])
        let found = outcome.text.split(separator: " ").compactMap { $0.split(separator: ".").first }.first {
            Int($0) != nil
        }
        guard let found, found == cluster else { throw .clusterVersion(found: cluster, binaries: binaries) }
    }

    /// The pid file names a postmaster: one that runs on this folder is stopped, any other is not ours.
    private func stopLeftover() async throws(StartupError) {
        guard let text = try DataDirectory.read(directory + "/postmaster.pid") else { return }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.first, let pid = Int32(first), pid > 1, kill(pid, 0) == 0, runsHere(pid) else {
            // PostgreSQL itself removes a pid file whose process is gone.
            return
        }
        observer.observe(.notice("stopping the PostgreSQL that an earlier medmitra left running"))
        for (signal, patience) in [(SIGINT, 30), (SIGQUIT, 10)] {
            _ = kill(pid, signal)
            for _ in 0..<patience * 10 {
                guard kill(pid, 0) == 0, runsHere(pid) else { return }
                // Only a cancelled start ends the pause early; the loop is bounded either way.
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
        throw .clusterDidNotStart(log: logFile)
    }

    /// Whether process `pid` is a postmaster of this folder; pids are reused.
    private func runsHere(_ pid: Int32) -> Bool {
        guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return false }
        let words = String(decoding: data, as: UTF8.self).split(separator: "\0").map(String.init)
        return words.first?.hasSuffix("postgres") == true && words.contains(directory)
    }

    private func own(_ path: String) throws(StartupError) {
        guard let account else { return }
        do {
            try FileManager.default.setAttributes(
                [.ownerAccountID: account.userID, .groupOwnerAccountID: account.groupID], ofItemAtPath: path)
        } catch {
            throw .fileSystem(path: path, cause: "\(error)")
        }
    }

    // MARK: Running

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do throws(StartupError) {
                defer { preparing.continuation.finish() }
                try await prepare()
            } catch {
                // Told to stop while it was being made: nothing is left of it, and nothing is wrong.
                if Task.isCancelled { return }
                throw error
            }
            var pause: Duration = .milliseconds(200)
            while !Task.isCancelled {
                let started = ContinuousClock.now
                let status = try await runOnce()
                guard !Task.isCancelled else { break }
                if ContinuousClock.now - started > .seconds(60) { pause = .milliseconds(200) }
                observer.observe(.clusterDied(cause: status, restartIn: pause))
                // Cancelled when the gateway stops; the loop looks.
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(10))
            }
            observer.observe(.clusterStopped)
        }
    }

    private func runOnce() async throws -> String {
        var options = platformOptions
        // SIGINT is PostgreSQL's fast shutdown, SIGQUIT the immediate one.
        options.teardownSequence = [
            .send(signal: .interrupt, allowedDurationToNextStep: EmbeddedCluster.stopMax),
            .send(signal: .quit, allowedDurationToNextStep: .seconds(5)),
        ]
        let log = try FileDescriptor.open(
            FilePath(logFile), .writeOnly, options: [.create, .append, .closeOnExec],
            permissions: [.ownerReadWrite])
        let postgres = command("postgres", arguments)
        let result = try await Subprocess.run(
            .path(postgres.path), arguments: postgres.arguments,
            environment: .custom(["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"]), workingDirectory: FilePath("/"),
            platformOptions: options, input: .none,
            output: .fileDescriptor(log, closeAfterSpawningProcess: true), error: .combinedWithOutput)
        return "\(result.terminationStatus)"
    }

    private var arguments: [String] {
        let settings = [
            "listen_addresses": "", "unix_socket_directories": socketDirectory, "unix_socket_permissions": "0700",
            "max_connections": "100", "shared_buffers": "64MB", "wal_level": "logical", "jit": "off",
            "password_encryption": "scram-sha-256",
            // Messages and statements quote rows; what is wrong with a statement reaches the gateway anyway.
            "log_min_messages": "fatal", "log_min_error_statement": "panic", "log_error_verbosity": "terse",
        ]
        return ["-D", directory] + settings.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] }
    }

    private var platformOptions: PlatformOptions {
        var options = PlatformOptions()
        options.createSession = true
        return options
    }

    /// The program of the cluster as its account. The account is taken on by setpriv, after exec: glibc's setuid and
    /// setgroups wait for all threads of the process, and between fork and exec those do not exist any more, so the
    /// child could hang for ever.
    private func command(_ program: String, _ arguments: [String]) -> (path: FilePath, arguments: Arguments) {
        let path = binaries + "/" + program
        guard let account else { return (FilePath(path), Arguments(arguments)) }
        let identity = ["--reuid=\(account.userID)", "--regid=\(account.groupID)", "--clear-groups", "--"]
        return ("/usr/bin/setpriv", Arguments(identity + [path] + arguments))
    }

    private func execute(
        _ program: String, _ arguments: [String]
    ) async throws(StartupError) -> (succeeded: Bool, text: String) {
        let call = command(program, arguments)
        do {
            let result = try await Subprocess.run(
                .path(call.path), arguments: call.arguments,
                environment: .custom(["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"]), workingDirectory: FilePath("/"),
                platformOptions: platformOptions, input: .none, output: .string(limit: 65_536),
                error: .combinedWithOutput)
            return (result.terminationStatus.isSuccess, result.standardOutput)
        } catch {
            throw .fileSystem(path: binaries + "/" + program, cause: "\(error)")
        }
    }
}
