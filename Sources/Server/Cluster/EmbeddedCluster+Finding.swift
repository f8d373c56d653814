internal import Core
internal import Cryptography
internal import FoundationEssentials
internal import Glibc
internal import Subprocess
internal import SystemPackage

/// A user of the operating system.
struct SystemAccount: Sendable, Hashable {
    let name: String
    let userID: Int
    let groupID: Int

    /// Asks `id`, which knows every source of users that the system has. Nil when there is no such user.
    static func find(_ name: String) async -> SystemAccount? {
        guard let user = await number("-u", name), let group = await number("-g", name) else { return nil }
        return SystemAccount(name: name, userID: user, groupID: group)
    }

    private static func number(_ option: String, _ name: String) async -> Int? {
        // A missing program is as good as a missing user.
        let result = try? await Subprocess.run(
            .path("/usr/bin/id"), arguments: [option, name], input: .none, output: .string(limit: 64),
            error: .discarded)
        guard let result, result.terminationStatus.isSuccess else { return nil }
        return Int(result.standardOutput.filter(\.isNumber))
    }
}

extension EmbeddedCluster {
    /// Finds the programs and the user to run them as. Throws ``StartupError``.
    static func locate(
        _ configuration: ServerConfiguration, directory: DataDirectory, password: Secret<String>,
        observer: any Observer
    ) async throws(StartupError) -> EmbeddedCluster {
        var account: SystemAccount?
        if getuid() == 0 {
            account = await SystemAccount.find(configuration.postgresUserName)
            guard let account else { throw .noPostgresUser(configuration.postgresUserName) }
            try checkPassable(directory.path, for: account.name)
        }
        return EmbeddedCluster(
            directory: directory.cluster, socketDirectory: socketDirectory(directory),
            binaries: try findBinaries(configuration.postgresBinaries), account: account, password: password,
            observer: observer)
    }

    /// The newest version below Debian's folder, else the one on the usual paths.
    static func findBinaries(_ configured: String?) throws(StartupError) -> String {
        var candidates = configured.map { [$0] } ?? []
        if configured == nil {
            let versions = ((try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? [])
                .compactMap { Int($0) }.sorted(by: >)
            candidates =
                versions.map { "/usr/lib/postgresql/\($0)/bin" } + [
                    "/usr/local/pgsql/bin", "/usr/local/bin", "/usr/bin",
                ]
        }
        let found = candidates.first { folder in
            ["initdb", "postgres"].allSatisfy { FileManager.default.isExecutableFile(atPath: folder + "/" + $0) }
        }
        guard let found else { throw .postgresMissing(searched: candidates.joined(separator: ", ")) }
        return found
    }

    /// In the data directory, unless its path is too long for a socket.
    private static func socketDirectory(_ directory: DataDirectory) -> String {
        let preferred = directory.path + "/run"
        // 107 bytes, less "/.s.PGSQL.5432.lock".
        if preferred.utf8.count <= 86 { return preferred }
        let digest = Hex.encode(Digest.hash(.sha256, of: Array(directory.path.utf8)))
        return "/tmp/medmitra-\(digest.prefix(20))"
    }

    private static func checkPassable(_ path: String, for user: String) throws(StartupError) {
        var folder = FilePath(path)
        while !folder.components.isEmpty {
            let attributes = try? FileManager.default.attributesOfItem(atPath: folder.string)
            if let mode = FileNumber.of(attributes?[.posixPermissions]), mode & 0o001 == 0 {
                throw .notReachable(path: folder.string, user: user)
            }
            folder.removeLastComponent()
        }
    }
}
