import Foundation

/// A directory with a certificate and its key, made by `openssl`.
struct TestCertificate {
    let directory: TestDirectory

    init() throws { directory = try TestDirectory() }

    var certificate: String { directory.path("cert.pem") }
    var key: String { directory.path("key.pem") }

    /// Puts a new self-signed certificate for `localhost` in place and returns the path of a copy that stays.
    func renew(name: String) async throws -> String {
        let outcome = try await TestProgram.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=\(name)", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out",
                certificate,
            ])
        guard outcome.status == 0 else { throw Failed(status: outcome.status) }
        let copy = directory.path("\(name).pem")
        try FileManager.default.copyItem(atPath: certificate, toPath: copy)
        return copy
    }

    struct Failed: Error {
        let status: Int32
    }
}
