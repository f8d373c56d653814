import Testing

@Suite struct `Imports` {
    /// What each module may import: the floors of docs/ARCHITECTURE.md and the packages it exists to wrap.
    private static let allowed: [String: Set<String>] = [
        "Core": [],
        "Schema": [],
        "QRCode": ["CQRCode"],
        "Cryptography": ["Core", "COpenSSL", "CLibCrypt", "CLibArgon2", "NIOPosix"],
        "Postgres": ["Core", "CLibPQ", "ServiceLifecycle", "DequeModule"],
        "Tokens": ["Core", "Cryptography"],
        "Objects": ["Core", "Cryptography", "NIOCore", "NIOPosix", "_NIOFileSystem"],
        "Jobs": ["Core", "Cryptography", "Postgres", "ServiceLifecycle"],
        "Gateway": [
            "Core", "Tokens", "Cryptography", "HTTPTypes", "HummingbirdCore", "HummingbirdHTTP2", "HummingbirdTLS",
            "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL", "Logging", "ServiceLifecycle",
        ],
        "Insights": ["Core", "Cryptography", "Subprocess"],
        "Auth": service.union(["QRCode"]),
        "Outbound": [
            "Core", "Cryptography", "Tokens", "Gateway", "Auth", "AsyncHTTPClient", "HTTPTypes", "HummingbirdCore",
            "NIOCore",
            "NIOHTTP1", "NIOPosix", "_NIOFileSystem", "Subprocess",
        ],
        "Rest": service.union(["ServiceLifecycle"]),
        "Realtime": service.union(["Jobs"]),
        "Storage": service.union(["Objects", "Jobs"]),
        "Cases": service.union(["Objects", "Jobs", "Insights"]),
        "Server": service.union([
            "Schema", "Objects", "Jobs", "Insights", "Auth", "Outbound", "Rest", "Storage", "Realtime", "Cases",
            "Logging",
            "ServiceLifecycle", "UnixSignals", "Subprocess", "SystemPackage", "NIOPosix",
        ]),
        "medmitra": ["Core", "Server", "Logging", "ArgumentParser"],
    ]
    private static let service: Set<String> = [
        "Core", "Cryptography", "Tokens", "Postgres", "Gateway", "HTTPTypes", "HummingbirdCore", "NIOCore",
    ]
    /// Parts of the toolchain that every module may use. Foundation is not among them.
    private static let everywhere: Set<String> = ["FoundationEssentials", "Synchronization"]
    /// Files that call the system's C library, and what for.
    private static let systemImports = [
        "Server/Startup/DataDirectory.swift": "flock, which ends with the process, and getuid",
        "Server/Cluster/EmbeddedCluster.swift": "kill, to stop a cluster that an earlier process left running",
        "Server/Cluster/EmbeddedCluster+Finding.swift": "getuid: PostgreSQL refuses to run as root",
        "medmitra/ServeCommand.swift": "SIGPIPE is to be ignored, which no library does for us",
    ]

    static let rule = Rule { file in
        file.code.enumerated().compactMap { index, line in
            guard let imported = importedModule(line) else { return nil }
            let isAllowed =
                everywhere.contains(imported) || allowed[file.module, default: []].contains(imported)
                || imported == "Glibc" && (file.module == "Postgres" || systemImports[file.key] != nil)
            return isAllowed
                ? nil : Rule.Violation(path: file.path, line: index + 1, text: "\(file.module) imports \(imported)")
        }
    }

    private static func importedModule(_ line: String) -> String? {
        let words = line.trimmed.split(separator: " ").filter { !$0.hasPrefix("@") }
        guard let at = words.firstIndex(of: "import"), at <= 1, at + 1 < words.count else { return nil }
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        let name = kinds.contains(words[at + 1]) && at + 2 < words.count ? words[at + 2] : words[at + 1]
        return name.split(separator: ".").first.map(String.init)
    }

    @Test func `a module imports what lies below it and nothing else`() throws {
        Self.rule.expectNone(in: try SourceTree.current().sources)
    }

    @Test func `every folder of Sources has a place on the floors`() throws {
        let known = Set(Self.allowed.keys)
        for file in try SourceTree.current().sources { #expect(known.contains(file.module), "\(file.path)") }
    }

    @Test func `no service may import another`() {
        let services: Set = ["Auth", "Rest", "Storage", "Realtime", "Cases"]
        for service in services { #expect(Self.allowed[service, default: []].isDisjoint(with: services)) }
    }

    @Test(arguments: [
        "import Storage", "internal import Storage", "@testable import Cases", "import struct Cases.X",
        "import Foundation",
        "public import Server", "import Glibc", "import COpenSSL", "import NIOPosix", "private import Insights.Lab",
    ])
    func `a forbidden import in Auth is found`(line: String) {
        #expect(Self.rule.breaks("import Core\n\(line)\n"))
    }

    @Test func `allowed imports and mentions are not`() {
        #expect(
            !Self.rule.breaks(
                "public import Core\ninternal import FoundationEssentials\n// import Storage\nlet text = \"import Storage\"\n"
            ))
    }
}
