import Core
import Foundation
import NIOCore
import Objects
import Testing

/// Open files and full disks. One test at a time, because open files are counted for the whole process.
@Suite("File system store resources", .serialized, .timeLimit(.minutes(10)))
struct FileSystemStoreResourceTests {
    /// Open descriptors of this process below `root`, deleted files included.
    private func openFiles(below root: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count { name in
            // A descriptor may close between the listing and this question.
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)"))?.hasPrefix(root)
                == true
        }
    }

    /// Waits for all to be closed; the suite's time limit ends a wait that is in vain.
    private func waitUntilClosed(below root: String) async throws {
        while try openFiles(below: root) > 0 { await Task.yield() }
    }

    enum Leaving: CaseIterable, Sendable {
        case atEnd, afterOneChunk, unread, closed, cancelled, failedRange
    }

    @Test(arguments: Leaving.allCases)
    func `a reader's file is closed however it is left`(leaving: Leaving) async throws {
        try await withScratchStore { store, root in
            let version = ObjectVersion.new
            try await store.put(version, [UInt8](repeating: 0, count: 2 << 20))
            try await leave(store, version, leaving, root)
            try await waitUntilClosed(below: root)
        }
    }

    private func leave(_ store: FileSystemStore, _ version: ObjectVersion, _ leaving: Leaving, _ root: String)
        async throws
    {
        if leaving == .failedRange {
            _ = await objectError { _ = try await store.read(version, range: 0..<Int.max) }
            return
        }
        let reader = try await store.read(version)
        #expect(try openFiles(below: root) == 1)
        switch leaving {
        case .atEnd:
            for try await _ in reader {}
            #expect(try openFiles(below: root) == 0, "closed at the end, not when the reader is dropped")
        case .afterOneChunk: for try await _ in reader { break }
        case .unread, .failedRange: break
        case .closed:
            await reader.close()
            #expect(try openFiles(below: root) == 0)
        case .cancelled:
            let task = Task { for try await _ in reader { try await Task.sleep(for: .seconds(3600)) } }
            task.cancel()
            _ = await task.result
        }
    }

    @Test func `writing closes its files`() async throws {
        try await withScratchStore { store, root in
            struct Gone: Error {}
            try await store.put(.new, [1])
            _ = await objectError {
                _ = try await store.write(.new, limit: .mebibytes(1), body: TestBody([1], ending: .failure(Gone())))
            }
            try await waitUntilClosed(below: root)
        }
    }

    private static let canMount =
        FileManager.default.isExecutableFile(atPath: "/usr/bin/mount") && NSUserName() == "root"

    private func run(_ program: String, _ arguments: String...) throws -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    @Test(.enabled(if: canMount, "NOT TESTED: a full disk needs root, to mount a small file system"))
    func `a full disk is said to be full and keeps nothing of the object`() async throws {
        let mount = FileManager.default.temporaryDirectory.path + "/full-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: mount, withIntermediateDirectories: true)
        try #require(try run("/usr/bin/mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", mount))
        defer {
            _ = try? run("/usr/bin/umount", mount)
            try? FileManager.default.removeItem(atPath: mount)
        }
        let store = try await FileSystemStore(root: mount + "/store")
        let fits = ObjectVersion.new
        try await store.put(fits, [UInt8](repeating: 1, count: 1 << 20))
        let before = try await store.availableSpace()
        let chunk = ByteBuffer(repeating: 2, count: 64 << 10)
        for _ in 0..<3 {
            let body = TestBody(chunks: Array(repeating: chunk, count: 100))
            let error = await objectError { _ = try await store.write(.new, limit: .gibibytes(1), body: body) }
            guard case .outOfSpace = error else { return unexpected(error) }
            #expect(try await store.availableSpace() == before)
        }
        #expect(try await store.everyVersion() == [fits.version])
        #expect(try await store.bytes(fits) == [UInt8](repeating: 1, count: 1 << 20))
    }
}
