internal import Core
internal import Subprocess

/// Runs an external program on an untrusted document: limited in time, processor time, memory, output, file size
/// and open files, at the lowest priority, without network, with an empty input and a bare environment. On time-out
/// or cancellation its whole process group is killed.
struct LimitedProcess: Sendable {
    /// Colon-separated directories.
    let programPath: String
    let probe: IsolationProbe

    init(programPath: String, probe: IsolationProbe = IsolationProbe()) {
        self.programPath = programPath
        self.probe = probe
    }

    /// The isolation this machine allows; probed on first use.
    func isolation() async throws(ProcessFailure) -> Isolation {
        let programPath = programPath
        return try await probe.isolation { candidate async throws(ProcessFailure) in
            let limits = ProcessLimits(time: .seconds(10), memory: .mebibytes(256))
            let run = LimitedProcess(programPath: programPath, probe: IsolationProbe(known: candidate))
            do throws(ProcessFailure) {
                return try await run("true", [], directory: "/", limits: limits).status == 0
            } catch .cancelled {
                throw .cancelled
            } catch {
                return false
            }
        }
    }

    /// Runs `program` inside `directory`, which also is its temporary directory.
    func callAsFunction(_ program: String, _ arguments: [String], directory: String, limits: ProcessLimits)
        async throws(ProcessFailure) -> ProcessOutput
    {
        let isolation = try await isolation()
        let command =
            Self.limiting(limits) + ["nice", "-n", "19"] + isolation.wrapper
            + ["env", "-C", directory, "sh", "-c", Self.reporting, "sh", program] + arguments
        let environment: [Environment.Key: String] = [
            "PATH": programPath, "LC_ALL": "C.UTF-8", "HOME": directory, "TMPDIR": directory,
            // One thread a program: the queue of documents is the unit of parallelism.
            "OMP_THREAD_LIMIT": "1", "VIPS_CONCURRENCY": "1",
        ]
        let outcome = await Self.race(command, environment, limits)
        if Task.isCancelled { throw .cancelled }
        let output = try outcome.get()
        // The shell answers 127 for a program that is not there.
        if output.status == 127 { throw .programMissing(name: program) }
        return output
    }

    /// A shell as the namespace's first process: it reaps, and passes on a killed program's signal as 128 plus its
    /// number, which `unshare` by itself does not do on every version. Nothing of the document is part of this text.
    private static let reporting = "\"$@\"; exit $?"

    /// The limits are inherited through every program that follows.
    private static func limiting(_ limits: ProcessLimits) -> [String] {
        [
            "--as=\(limits.memory.bytes)", "--cpu=\(limits.cpuSeconds):\(limits.cpuSeconds + 1)",
            "--fsize=\(limits.file.bytes)", "--nofile=\(Limits.programOpenFilesMax)", "--core=0", "--",
        ]
    }

    /// The run against the clock. The loser is cancelled and awaited, so nothing outlives this call.
    private static func race(_ command: [String], _ environment: [Environment.Key: String], _ limits: ProcessLimits)
        async -> Result<ProcessOutput, ProcessFailure>
    {
        await withTaskGroup(of: Result<ProcessOutput, ProcessFailure>.self) { group in
            group.addTask { await execute(command, environment, limits) }
            group.addTask {
                // A cancelled sleep means the run has ended or the caller has gone: both are answered elsewhere.
                do { try await Task.sleep(for: limits.time) } catch { return .failure(.cancelled) }
                return .failure(.timedOut)
            }
            var first: Result<ProcessOutput, ProcessFailure>?
            for await result in group where first == nil {
                first = result
                group.cancelAll()
            }
            return first ?? .failure(.cancelled)
        }
    }

    private static func execute(
        _ command: [String], _ environment: [Environment.Key: String], _ limits: ProcessLimits
    ) async -> Result<ProcessOutput, ProcessFailure> {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .milliseconds(200))
        ]
        do {
            let result = try await run(
                .name("prlimit"), arguments: Arguments(command), environment: .custom(environment),
                platformOptions: options, input: .none, output: .bytes(limit: limits.output.bytes),
                error: .bytes(limit: Limits.programErrorTextMax.bytes))
            switch result.terminationStatus {
            case .exited(let code) where code < 128:
                let errorText = String(decoding: result.standardError, as: UTF8.self)
                return .success(
                    ProcessOutput(status: Int(code), bytes: result.standardOutput, errorText: errorText))
            // How the shell passes on that its program was killed.
            case .exited(let code): return .failure(killed(signal: Int(code) - 128))
            case .signaled(let signal): return .failure(killed(signal: Int(signal)))
            }
        } catch let error as SubprocessError {
            if error.code == .outputLimitExceeded { return .failure(.outputTooLarge) }
            if error.code == .executableNotFound { return .failure(.programMissing(name: "prlimit")) }
            return .failure(.couldNotStart)
        } catch {
            return .failure(.couldNotStart)
        }
    }

    /// SIGXCPU (24) says the processor time is used up, which is a time-out by another clock.
    private static func killed(signal: Int) -> ProcessFailure { signal == 24 ? .timedOut : .killed(signal: signal) }
}
