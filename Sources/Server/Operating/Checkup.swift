internal import Core
internal import Cryptography
internal import FoundationEssentials
internal import Gateway
internal import Insights
internal import Postgres
internal import Subprocess
internal import SystemPackage

/// What a check found.
public struct Finding: Sendable {
    enum Grade: String, Sendable {
        case fine = "ok     "
        case advice = "advice "
        case problem = "PROBLEM"
    }

    let grade: Grade
    let subject: String
    let text: String

    public var isProblem: Bool { grade == .problem }
    public var line: String { "\(grade.rawValue)  \(subject): \(text)" }
}

/// Checks everything a deployment needs and says what to do.
public struct Checkup: Sendable {
    private let loaded: LoadedConfiguration

    public init(_ loaded: LoadedConfiguration) { self.loaded = loaded }

    public func run() async -> [Finding] {
        var findings = [dataDirectory(), space()]
        findings += await programs()
        findings += certificates()
        findings += keys()
        findings += await database()
        findings += loaded.configuration.unused.map {
            Finding(grade: .advice, subject: $0, text: "is set but has no effect in this version")
        }
        return findings
    }

    private func dataDirectory() -> Finding {
        let path = loaded.directory.path
        let writable = FileManager.default.isWritableFile(atPath: path)
        return Finding(
            grade: writable ? .fine : .problem, subject: "data folder",
            text: writable ? path : "\(path) is not writable for this user")
    }

    private func space() -> Finding {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: loaded.directory.path)
        guard let free = FileNumber.of(attributes?[.systemFreeSize]) else {
            return Finding(grade: .advice, subject: "disk", text: "the free space could not be read")
        }
        let megabytes = free >> 20
        return Finding(
            grade: megabytes < 200 ? .problem : megabytes < 2048 ? .advice : .fine, subject: "disk",
            text: "\(megabytes) MB free")
    }

    /// Programs with the Debian package that has them and what is lost without.
    private static let needed: [(program: String, package: String, purpose: String)] = [
        ("pdftotext", "poppler-utils", "reading PDF reports"), ("pdftoppm", "poppler-utils", "reading scanned reports"),
        ("pdfinfo", "poppler-utils", "reading PDF reports"), ("tesseract", "tesseract-ocr", "reading scanned reports"),
        ("dcmdump", "dcmtk", "reading DICOM files"), ("prlimit", "util-linux", "limiting document programs"),
    ]

    private func programs() async -> [Finding] {
        guard loaded.configuration.services.contains(.cases) else { return [] }
        let folders = loaded.configuration.insights.programPath.split(separator: ":")
        return Checkup.needed.map { program, package, purpose in
            let found = folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
            return Finding(
                grade: found ? .fine : .problem, subject: program,
                text: found ? "found" : "missing, needed for \(purpose): apt-get install \(package)")
        }
    }

    private func certificates() -> [Finding] {
        guard let files = loaded.configuration.gateway.tls else {
            let open = !loaded.configuration.listensOnLoopbackOnly
            return [
                Finding(
                    grade: open ? .problem : .fine, subject: "TLS",
                    text: open
                        ? "patients' data would travel in the clear: set TLS_CERT and TLS_KEY, or listen on 127.0.0.1 behind a proxy"
                        : "off, which is right on the loopback address")
            ]
        }
        do throws(CertificateError) {
            _ = try CertificateStore(files)
            return [Finding(grade: .fine, subject: "TLS", text: "certificate and key belong together")]
        } catch {
            return [Finding(grade: .problem, subject: "TLS", text: "\(error)")]
        }
    }

    private func keys() -> [Finding] {
        do throws(StartupError) {
            let keys = try loaded.existingKeys()
            let warnings = try keys.check(onLoopbackOnly: loaded.configuration.listensOnLoopbackOnly)
            if warnings.isEmpty { return [Finding(grade: .fine, subject: "keys", text: "present")] }
            return warnings.map { Finding(grade: .advice, subject: "keys", text: $0) }
        } catch .keys(let text) {
            return [Finding(grade: .advice, subject: "keys", text: text)]
        } catch {
            return [Finding(grade: .problem, subject: "keys", text: "\(error)")]
        }
    }

    private func database() async -> [Finding] {
        do {
            return try await Maintenance(loaded).withDatabases { databases in
                let owner = Database(databases.ownerConfiguration(name: "doctor"))
                defer { Task { await owner.shutdown() } }
                let version = try await owner.run("select current_setting('server_version')").first?.text(0) ?? "?"
                var findings = [Finding(grade: .fine, subject: "database", text: "PostgreSQL \(version)")]
                let pending = try await Migrator(databases.ownerConfiguration(name: "doctor")).pending(
                    scripts: MigrationScripts.all)
                findings.append(
                    Finding(
                        grade: pending.isEmpty ? .fine : .advice, subject: "migrations",
                        text: pending.isEmpty
                            ? "all applied" : "\(pending.count) to apply; 'medmitra serve' or 'medmitra migrate' does"))
                let open = try await owner.run(Checkup.unprotectedTables)
                findings += try open.rows.map { row in
                    Finding(
                        grade: .problem, subject: "table \(try row.text(0))",
                        text:
                            "is reachable with the public key and has no row-level security: alter table … enable row level security"
                    )
                }
                return findings
            }
        } catch {
            let text = (error as? DatabaseError)?.logText ?? "\(error)"
            return [Finding(grade: .problem, subject: "database", text: text)]
        }
    }

    /// Tables of the exposed schemas that every caller can read.
    private static let unprotectedTables: SQL = """
        select c.oid::regclass::text
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('public', 'storage', 'graphql_public') and c.relkind in ('r', 'p') and not c.relrowsecurity
          and exists (select from pg_roles where rolname = 'anon')
          and (has_table_privilege('anon', c.oid, 'select') or has_table_privilege('authenticated', c.oid, 'select'))
        order by 1
        """
}
