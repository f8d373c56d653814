import Auth
import Core
import Foundation
import Gateway
import Logging
@testable import Server
import TestSupport
import Testing

@Suite struct `Configuration` {
    private func load(
        flags: [String: String] = [:], environment: [String: String] = [:], file: [String: String] = [:],
        generated: [String: String] = [:]
    ) throws -> ServerConfiguration {
        try ServerConfiguration(
            SettingsSource(flags: flags, environment: environment, file: file, generated: generated))
    }

    @Test func `nothing configured gives the documented defaults`() throws {
        let configuration = try load()
        #expect(configuration.gateway.host == "127.0.0.1")
        #expect(configuration.gateway.port == 8000)
        #expect(configuration.gateway.publicURL == "http://127.0.0.1:8000")
        #expect(configuration.auth.issuer == "http://127.0.0.1:8000/auth/v1")
        #expect(configuration.auth.isEmailAutoconfirmed)
        #expect(configuration.databaseURL == nil)
    }

    @Test func `a flag wins over the environment, that over the file, that over what was generated`() throws {
        let all = ["PORT": "4"]
        #expect(
            try load(flags: ["PORT": "1"], environment: ["PORT": "2"], file: ["PORT": "3"], generated: all).gateway.port
                == 1)
        #expect(try load(environment: ["PORT": "2"], file: ["PORT": "3"], generated: all).gateway.port == 2)
        #expect(try load(file: ["PORT": "3"], generated: all).gateway.port == 3)
        #expect(try load(generated: all).gateway.port == 4)
    }

    @Test func `upstream's names are understood, our own win`() throws {
        #expect(try load(environment: ["GOTRUE_JWT_EXP": "60"]).auth.accessTokenLifetime == .seconds(60))
        #expect(
            try load(environment: ["GOTRUE_JWT_EXP": "60", "JWT_EXPIRY": "90"]).auth.accessTokenLifetime == .seconds(90)
        )
        #expect(try load(environment: ["API_EXTERNAL_URL": "https://a.b/"]).gateway.publicURL == "https://a.b")
    }

    @Test(arguments: [
        (["PORT": "70000"], "PORT must be a whole number from 0 to 65535"),
        (["PORT": "http"], "PORT must be"),
        (["JWT_SECRET": "short"], "at least 32 characters"),
        (["SERVICES": "auth,pigeons"], "pigeons is no service"),
        (["GOTRUE_JWT_EXP": "soon"], "GOTRUE_JWT_EXP must be seconds"),
        (["ENABLE_ANONYMOUS_USERS": "maybe"], "true or false"),
        (["SUPABASE_PUBLIC_URL": "ftp://x"], "an http or https URL"),
        (["TRUSTED_PROXIES": "10.0.0.0/99"], "10.0.0.0/99"),
        (["TLS_CERT": "/x"], "one of them is missing"),
        (["HTTP_REDIRECT_PORT": "80"], "only with TLS_CERT"),
        (["LOG_LEVEL": "loud"], "one of debug, info, warning, error"),
        (["GOTRUE_JWT_SECERT": "x"], "Did you mean GOTRUE_JWT_SECRET?"),
        (["MEDMITRA_NONSENSE": "1"], "is no setting"),
        (
            ["ADDITIONAL_REDIRECT_URLS": "app://x,https://a.example/[0-9"],
            "ADDITIONAL_REDIRECT_URLS: 'https://a.example/[0-9' is no pattern"
        ),
    ])
    func `a wrong setting is named with what is allowed`(environment: [String: String], contains: String) throws {
        let error = #expect(throws: ConfigurationError.self) { try load(environment: environment) }
        #expect(error?.description.contains(contains) == true, "\(error?.description ?? "")")
    }

    @Test func `all mistakes are reported together`() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try load(environment: ["PORT": "x", "JWT_SECRET": "y", "LOG_LEVEL": "z"])
        }
        #expect(error?.problems.count == 3)
    }

    @Test func `a secret never shows in an error`() throws {
        let error = #expect(throws: ConfigurationError.self) { try load(environment: ["JWT_SECRET": "hunter2"]) }
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test func `foreign environment variables are nobody's business, unknown names in the file are`() throws {
        _ = try load(environment: ["PATH": "/bin", "EDITOR": "vi"])
        let error = #expect(throws: ConfigurationError.self) { try load(file: ["EDITOR": "vi"]) }
        #expect(error?.description.contains("EDITOR in the .env file") == true)
    }

    @Test func `names of Supabase's own file that mean nothing here are listed, not refused`() throws {
        let configuration = try load(file: [
            "POOLER_TENANT_ID": "x", "IMGPROXY_ENABLE_WEBP_DETECTION": "true", "SITE_URL": "http://a",
        ])
        #expect(configuration.unused == ["IMGPROXY_ENABLE_WEBP_DETECTION", "POOLER_TENANT_ID"])
    }

    @Test func `an empty value counts as not given`() throws {
        #expect(try load(file: ["PORT": ""]).gateway.port == 8000)
    }

    @Test(arguments: [("90", 90), ("90s", 90), ("15m", 900), ("1h30m", 5400), ("0", 0)])
    func `durations are seconds or Go's`(text: String, seconds: Int) {
        #expect(SettingsReader.duration(text) == .seconds(seconds))
    }

    @Test(arguments: ["", "s", "1x", "-1", "1h30", "9999999999999999999", "1.5h", "h1"])
    func `other durations are refused`(text: String) { #expect(SettingsReader.duration(text) == nil) }

    @Test func `every setting stands in the documentation, and nothing that is none`() throws {
        let document = try String(
            contentsOf: TestPaths.repository.appending(path: "docs/CONFIGURATION.md"), encoding: .utf8)
        for setting in Setting.all {
            for name in setting.names { #expect(document.contains("`\(name)`"), "\(name) is not documented") }
        }
    }

    @Test func `no name stands for two settings`() {
        let names = Setting.all.flatMap(\.names)
        #expect(Set(names).count == names.count)
    }
}

@Suite struct `Environment files` {
    @Test func `the usual forms are read`() throws {
        let values = try EnvironmentFile.parse(
            """
            # comment
            A=1
            export B="two words" # kept out
            C='single #quoted'
              D = x

            E=a=b # comment
            F=
            """.replacing("  D = x", with: "  D=x"), name: ".env")
        #expect(values == ["A": "1", "B": "two words", "C": "single #quoted", "D": "x", "E": "a=b", "F": ""])
    }

    @Test func `a line of another form is named by its number`() {
        let error = #expect(throws: ConfigurationError.self) {
            try EnvironmentFile.parse("A=1\nnonsense\n", name: "x.env")
        }
        #expect(error?.description.contains("x.env, line 2") == true)
    }
}

@Suite struct `Installation keys` {
    private func configuration(_ environment: [String: String] = [:]) throws -> ServerConfiguration {
        try ServerConfiguration(SettingsSource(environment: environment))
    }

    @Test func `what is generated reads back as the same keys`() throws {
        let keys = try InstallationKeys(completing: configuration(), clock: UTCClock())
        let values = try EnvironmentFile.parse(keys.environmentFile(url: "http://x"), name: "medmitra.env")
        var again = values
        again["SUPABASE_URL"] = nil
        let reread = try InstallationKeys(
            completing: ServerConfiguration(SettingsSource(environment: [:], generated: again)), clock: UTCClock())
        #expect(reread.named.map { $0.value.reveal() } == keys.named.map { $0.value.reveal() })
        #expect(keys.publishableKey.reveal().hasPrefix("sb_publishable_"))
        #expect(keys.secretKey.reveal().hasPrefix("sb_secret_"))
    }

    @Test func `two installations share nothing`() throws {
        let one = try InstallationKeys(completing: configuration(), clock: UTCClock())
        let two = try InstallationKeys(completing: configuration(), clock: UTCClock())
        for (left, right) in zip(one.named, two.named) { #expect(left.value != right.value) }
    }

    @Test func `the example file's secret works on the loopback address only`() throws {
        let keys = try InstallationKeys(
            completing: configuration(["JWT_SECRET": "your-super-secret-jwt-token-with-at-least-32-characters-long"]),
            clock: UTCClock())
        #expect(try keys.check(onLoopbackOnly: true).isEmpty == false)
        #expect(throws: StartupError.self) { try keys.check(onLoopbackOnly: false) }
    }
}

@Suite struct `Data folder` {
    @Test func `a private file is private, and replaced whole`() throws {
        let path = NSTemporaryDirectory() + "/private-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        for text in ["one", "two"] {
            try DataDirectory.writePrivately(text, to: path)
            #expect(try DataDirectory.read(path) == text)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
            #expect(FileNumber.of(mode) == 0o600)
        }
    }

    @Test func `a second gateway is kept out`() throws {
        let path = NSTemporaryDirectory() + "/data-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let directory = try DataDirectory(path)
        let lock = try directory.lock()
        do throws(StartupError) {
            _ = try directory.lock()
            Issue.record("the folder was locked twice")
        } catch {
            guard case .directoryInUse = error else {
                Issue.record("\(error)")
                return
            }
        }
        _ = lock.file
    }
}

@Suite struct `Log lines` {
    @Test func `metrics are in Prometheus' text format`() {
        let metrics = MetricsObserver()
        for _ in 0..<3 {
            metrics.observe(
                .requestFinished(
                    RequestSummary(
                        requestID: "r", service: "auth", method: "BREW", route: "/token", status: 200,
                        duration: .milliseconds(7), bytesOut: 10)))
        }
        let text = metrics.text
        #expect(text.contains(#"medmitra_requests_total{service="auth",method="other",route="/token",status="200"} 3"#))
        #expect(text.contains(#"medmitra_request_duration_seconds_bucket{service="auth",le="0.01"} 3"#))
        #expect(text.contains(#"medmitra_request_duration_seconds_bucket{service="auth",le="0.005"} 0"#))
        #expect(text.hasSuffix("\n"))
    }
}
