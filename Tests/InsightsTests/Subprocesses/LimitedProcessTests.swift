import Core
import FoundationEssentials
import Testing

@testable import Insights

@Suite struct `Limited processes` {
    private let process = LimitedProcess(programPath: "/usr/local/bin:/usr/bin:/bin")

    private func limits(_ change: (inout ProcessLimits) -> Void = { _ in }) -> ProcessLimits {
        var limits = ProcessLimits(time: .seconds(60), memory: .mebibytes(512))
        change(&limits)
        return limits
    }

    private func run(_ program: String, _ arguments: [String], _ limits: ProcessLimits, in folder: String = "/")
        async -> Result<ProcessOutput, ProcessFailure>
    {
        do throws(ProcessFailure) {
            return .success(try await process(program, arguments, directory: folder, limits: limits))
        } catch {
            return .failure(error)
        }
    }

    @Test func `the output and status of a program come back`() async throws {
        let output = try await run("sh", ["-c", "echo out; echo err >&2; exit 3"], limits()).get()
        #expect(output.status == 3)
        #expect(output.bytes == Array("out\n".utf8))
        #expect(output.errorText == "err\n")
    }

    @Test func `a program that sleeps is killed with everything it started`() async throws {
        let mark = "30\(UInt32.random(in: 10_000_000...99_999_999)).5"
        let result = await run(
            "sh", ["-c", "sleep \(mark) & (setsid sleep \(mark) &) ; sleep \(mark)"],
            limits { $0.time = .milliseconds(700) })
        #expect(result.failure == .timedOut)
        // A kill is asynchronous: wait for the processes to be gone, and fail by never finding them so.
        var left = Self.processes(mentioning: mark)
        for _ in 0..<2_000 where left > 0 {
            await Task.yield()
            left = Self.processes(mentioning: mark)
        }
        if try await process.isolation() != .unavailable { #expect(left == 0) }
    }

    private static func processes(mentioning mark: String) -> Int {
        let numbers = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).filter { Int($0) != nil }
        return numbers.count { number in
            // A process may end while the list is read.
            let command = (try? Data(contentsOf: URL(filePath: "/proc/\(number)/cmdline"))) ?? Data()
            return String(decoding: command, as: UTF8.self).contains(mark)
        }
    }

    @Test func `endless output is cut off`() async {
        let result = await run("yes", [], limits { $0.output = .kibibytes(64) })
        #expect(result.failure == .outputTooLarge)
    }

    @Test func `endless error output is cut off`() async {
        let result = await run("sh", ["-c", "yes >&2"], limits())
        #expect(result.failure == .outputTooLarge)
    }

    @Test(arguments: [(128, false), (1024, true)])
    func `memory beyond the limit cannot be had`(mebibytes: Int, succeeds: Bool) async {
        let result = await run(
            "dd", ["if=/dev/zero", "of=/dev/null", "bs=300M", "count=1"], limits { $0.memory = .mebibytes(mebibytes) })
        #expect(((try? result.get())?.status == 0) == succeeds)
    }

    @Test func `a file cannot grow beyond the limit`() async throws {
        try await withFolder { folder in
            let result = await run(
                "dd", ["if=/dev/zero", "of=big", "bs=64K", "count=64"], limits { $0.file = .mebibytes(1) }, in: folder)
            #expect((try? result.get())?.status != 0)
            let written = try Data(contentsOf: URL(filePath: "\(folder)/big")).count
            #expect(written <= 1 << 20)
        }
    }

    @Test func `processor time beyond the limit ends a program`() async {
        let result = await run("sh", ["-c", "while :; do :; done"], limits { $0.cpuSeconds = 1 })
        #expect(result.failure == .timedOut || result.failure == .killed(signal: 9))
    }

    @Test func `a missing program is named`() async {
        let result = await run("no-such-program", [], limits())
        #expect(result.failure == .programMissing(name: "no-such-program"))
    }

    @Test func `cancelling the task kills the program`() async {
        let task = Task { await run("sleep", ["300"], limits()) }
        task.cancel()
        #expect(await task.value.failure == .cancelled)
    }

    @Test func `a program has lowest priority, no network, no input and a bare environment`() async throws {
        #expect(try await run("nice", [], limits()).get().bytes == Array("19\n".utf8))
        #expect(try await run("cat", [], limits()).get().bytes.isEmpty)
        let environment = String(decoding: try await run("env", [], limits()).get().bytes, as: UTF8.self)
        let names = environment.split(separator: "\n").compactMap { $0.split(separator: "=").first }
        #expect(
            Set(names).isSubset(of: ["PATH", "LC_ALL", "HOME", "TMPDIR", "OMP_THREAD_LIMIT", "VIPS_CONCURRENCY", "PWD"])
        )
        if try await process.isolation() != .unavailable {
            let devices = String(
                decoding: try await run("cat", ["/proc/self/net/dev"], limits()).get().bytes, as: UTF8.self)
            #expect(devices.split(separator: "\n").dropFirst(2).allSatisfy { $0.contains("lo:") })
        }
    }

    @Test func `a machine without isolation is found out and still limits programs`() async throws {
        let bare = LimitedProcess(programPath: "/usr/bin:/bin", probe: IsolationProbe(known: .unavailable))
        let output = try await bare("nice", [], directory: "/", limits: limits())
        #expect(output.bytes == Array("19\n".utf8))
        let probe = IsolationProbe()
        let found = try await probe.isolation { _ in false }
        #expect(found == .unavailable)
    }

    @Test func `a scratch directory is private and gone afterwards`() async throws {
        try await withFolder { parent in
            let path = try await ScratchDirectory.with(in: parent) { path async throws(ReadingError) in
                let attributes = try? FileManager.default.attributesOfItem(atPath: path)
                #expect(
                    attributes?[.posixPermissions] as? Int ?? Int(attributes?[.posixPermissions] as? UInt16 ?? 0)
                        == 0o700)
                return path
            }
            #expect(!FileManager.default.fileExists(atPath: path))
            await #expect(throws: ReadingError.damaged) {
                try await ScratchDirectory.with(in: parent) { _ async throws(ReadingError) -> Int in throw .damaged }
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: parent).isEmpty)
        }
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}
