import Core
import Foundation
@testable import Server
import Testing

@Suite struct `Values in files` {
    /// Runs `body` with the path of a file that holds `bytes`.
    private func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "medmitra-\(UUID().uuidString)")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try body(file.path())
    }

    private func load(_ environment: [String: String]) throws -> ServerConfiguration {
        try ServerConfiguration(SettingsSource(environment: environment))
    }

    @Test(arguments: [
        ("secret", "secret"), ("secret\n", "secret"), ("secret\n\n", "secret\n"), (" secret ", " secret "), ("", ""),
        ("secret\r\n", "secret"),
    ])
    func `one line break at the end is not part of the value`(contents: String, value: String) throws {
        try withFile(Array(contents.utf8)) { #expect(FileReference("@" + $0)?.read() == value) }
    }

    @Test func `what is not to be read is no value`() throws {
        #expect(FileReference("secret") == nil)
        #expect(FileReference("") == nil)
        #expect(FileReference("@/nowhere/at/all")?.read() == nil)
        #expect(FileReference("@")?.read() == nil)
        #expect(FileReference("@/tmp")?.read() == nil)
        try withFile([0xFF, 0xFE]) { #expect(FileReference("@" + $0)?.read() == nil) }
        try withFile([UInt8](repeating: 0x61, count: FileReference.bytesMax + 1)) {
            #expect(FileReference("@" + $0)?.read() == nil)
        }
    }

    @Test func `PostgREST's secret and connection string may stand in files`() throws {
        let secret = "a secret of more than thirty-two bytes"
        try withFile(Array((secret + "\n").utf8)) { path in
            let loaded = try load(["PGRST_JWT_SECRET": "@" + path])
            #expect(loaded.jwtSecret?.reveal() == secret)
        }
        try withFile(Array("\n postgresql://authenticator@localhost/app \n\n".utf8)) { path in
            for name in ["PGRST_DB_URI", "DATABASE_URL"] {
                let loaded = try load([name: "@" + path])
                #expect(loaded.databaseURL?.reveal() == "postgresql://authenticator@localhost/app")
            }
        }
    }

    @Test func `under our own name a secret may begin with an at sign`() throws {
        let secret = "@ secret of more than thirty-two bytes"
        #expect(try load(["JWT_SECRET": secret]).jwtSecret?.reveal() == secret)
    }

    @Test func `a file that cannot be read is reported without its name, which may be a secret`() throws {
        let error = #expect(throws: ConfigurationError.self) { try load(["PGRST_JWT_SECRET": "@/nowhere/secret"]) }
        #expect(error?.problems == ["PGRST_JWT_SECRET begins with @ and names no file that can be read"])
    }
}
