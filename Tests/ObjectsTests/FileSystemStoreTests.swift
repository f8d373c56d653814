import Core
import Foundation
import NIOCore
import Objects
import Testing
import _NIOFileSystem

@Suite("File system store")
struct FileSystemStoreTests {
    private func permissions(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    private func everyPath(below root: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: root).sorted()
    }

    private func incoming(_ root: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root + "/incoming")
    }

    @Test func `directories and files are for their owner only`() async throws {
        try await withScratchStore { store, root in
            try await store.put(.new, [1])
            for path in try everyPath(below: root) {
                let type = try FileManager.default.attributesOfItem(atPath: root + "/" + path)[.type]
                let isDirectory = type as? FileAttributeType == .typeDirectory
                #expect(try permissions(root + "/" + path) == (isDirectory ? 0o700 : 0o600), "\(path)")
            }
            #expect(try permissions(root) == 0o700)
        }
    }

    @Test func `a store opens again with what it holds`() async throws {
        try await withScratchStore { store, root in
            let version = ObjectVersion.new
            try await store.put(version, [8])
            let again = try await FileSystemStore(root: root)
            #expect(try await again.bytes(version) == [8])
        }
    }

    @Test func `writes that fail or finish leave the incoming directory empty, and deleting leaves no trace`()
        async throws
    {
        struct Gone: Error {}
        try await withScratchStore { store, root in
            let empty = try everyPath(below: root)
            let version = ObjectVersion.new
            try await store.put(version, [1])
            let bodies = [TestBody([1, 2], ending: .failure(Gone())), TestBody([1, 2, 3, 4]), TestBody([1])]
            for body in bodies {
                _ = await objectError { _ = try await store.write(.new, limit: .bytes(3), expected: 2, body: body) }
            }
            _ = await objectError { try await store.put(version, [2]) }
            #expect(try incoming(root) == [String]())
            try await store.delete(version)
            #expect(try everyPath(below: root) == empty)
        }
    }

    @Test func `a cancelled write leaves the incoming directory empty`() async throws {
        try await withScratchStore { store, root in
            let (stalled, gate) = AsyncStream<Void>.makeStream()
            let bytes = [UInt8](repeating: 5, count: 2 << 20)
            let body = TestBody(bytes, ending: .stall, onEnding: { gate.yield() })
            let writing = Task { try await store.write(.new, limit: .mebibytes(5), body: body) }
            for await _ in stalled { break }
            let during = try incoming(root)
            writing.cancel()
            _ = await writing.result
            let after = try incoming(root)
            #expect(during.count == 1)
            #expect(after.isEmpty)
        }
    }

    @Test func `what a crash left behind is swept when it is old, and only then`() async throws {
        try await withScratchStore { store, root in
            let now = UTCClock().now()
            for (name, age) in [("old", 90_000), ("older", 900_000), ("young", 60)] {
                let path = root + "/incoming/" + name
                try Data([1, 2, 3]).write(to: URL(filePath: path))
                let modified = Date(timeIntervalSince1970: Double(now.seconds - age))
                try FileManager.default.setAttributes([.modificationDate: modified], ofItemAtPath: path)
            }
            #expect(try await store.sweepTemporary(olderThan: now.advanced(by: .seconds(-86_400))) == 2)
            #expect(try incoming(root) == ["young"])
        }
    }

    @Test func `a version linked by a crashed write is stored, and its temporary name is swept`() async throws {
        try await withScratchStore { store, root in
            let version = ObjectVersion.new
            try await store.put(version, [1, 2])
            let path = try await store.withLocalFile(version) { $0 }
            try FileManager.default.linkItem(atPath: path, toPath: root + "/incoming/\(version.version)-00")
            #expect(try await store.sweepTemporary(olderThan: UTCClock().now().advanced(by: .seconds(60))) == 1)
            #expect(try await store.bytes(version) == [1, 2])
        }
    }

    @Test func `files that are no versions are not listed`() async throws {
        try await withScratchStore { store, root in
            let version = ObjectVersion.new
            try await store.put(version, [1])
            let directory = root + "/objects/" + version.version.prefix(2)
            try Data([1]).write(to: URL(filePath: directory + "/lost+found"))
            try Data([1]).write(to: URL(filePath: directory + "/\(version.version).bak"))
            let link = ObjectVersion.new.version
            try FileManager.default.createSymbolicLink(
                atPath: root + "/objects/\(link.prefix(2))/\(link)", withDestinationPath: "/etc/passwd")
            #expect(try await store.everyVersion() == [version.version])
        }
    }

    @Test func `a link in the place of a version is not followed`() async throws {
        try await withScratchStore { store, root in
            let version = ObjectVersion.new
            let path = root + "/objects/\(version.version.prefix(2))/\(version.version)"
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/etc/passwd")
            #expect(await objectError { _ = try await store.read(version) } != nil)
            #expect(await objectError { _ = try await store.stat(version) } != nil)
            #expect(await objectError { _ = try await store.copy(version, to: .new) } != nil)
            #expect(await objectError { try await store.withLocalFile(version) { _ in } } != nil)
            let error = await objectError { try await store.put(version, [1]) }
            guard case .versionExists = error else { return unexpected(error) }
            try await store.delete(version)
            #expect(FileManager.default.fileExists(atPath: "/etc/passwd"))
        }
    }

    @Test(arguments: ["objects", "incoming", "objects/7f"])
    func `a store whose directory is a link does not open`(name: String) async throws {
        try await withScratchStore { _, root in
            try FileManager.default.moveItem(atPath: root + "/" + name, toPath: root + "/moved")
            try FileManager.default.createSymbolicLink(
                atPath: root + "/" + name, withDestinationPath: root + "/moved")
            let error = await objectError { _ = try await FileSystemStore(root: root) }
            guard case .storeFailed = error else { return unexpected(error) }
        }
    }

    @Test func `a relative root is refused`() async {
        #expect(await objectError { _ = try await FileSystemStore(root: "objects") } != nil)
    }

    @Test func `a file that was cut short is an error, not a short object`() async throws {
        try await withScratchStore { store, root in
            let version = ObjectVersion.new
            try await store.put(version, [UInt8](repeating: 1, count: 1000))
            let reader = try await store.read(version)
            let path = try await store.withLocalFile(version) { $0 }
            let file = try #require(FileHandle(forWritingAtPath: path))
            try file.truncate(atOffset: 10)
            try file.close()
            let error = await objectError { for try await _ in reader {} }
            guard case .storeFailed = error else { return unexpected(error) }
        }
    }

    @Test func `free space is known`() async throws {
        try await withScratchStore { store, _ in
            let space = try await store.availableSpace()
            #expect(try #require(space) > .bytes(0))
        }
    }
}
