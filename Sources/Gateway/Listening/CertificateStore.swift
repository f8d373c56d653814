internal import HummingbirdTLS
internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// The certificate and key in use. Every handshake asks for the current pair, so a renewed one counts from the
/// next connection on and open ones stay as they are.
public final class CertificateStore: Sendable {
    private struct Pair: Sendable {
        let chain: [NIOSSLCertificateSource]
        let key: NIOSSLPrivateKeySource
    }

    private let files: GatewayConfiguration.TLSFiles
    private let current: Mutex<Pair>

    /// Reads both files. Throws ``CertificateError``.
    public init(_ files: GatewayConfiguration.TLSFiles) throws(CertificateError) {
        self.files = files
        current = Mutex(try CertificateStore.load(files))
    }

    /// Reads the files again; on an error the old pair stays in use.
    public func reload() throws(CertificateError) {
        let pair = try CertificateStore.load(files)
        current.withLock { $0 = pair }
    }

    func configuration() -> TLSConfiguration {
        let pair = current.withLock { $0 }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: pair.chain, privateKey: pair.key)
        configuration.minimumTLSVersion = .tlsv12
        configuration.sslContextCallback = { [self] _, promise in
            let pair = current.withLock { $0 }
            var override = NIOSSLContextConfigurationOverride()
            override.certificateChain = pair.chain
            override.privateKey = pair.key
            promise.succeed(override)
        }
        return configuration
    }

    private static func load(_ files: GatewayConfiguration.TLSFiles) throws(CertificateError) -> Pair {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(files.certificate)
            guard let leaf = chain.first else { throw CertificateError.unreadable(file: files.certificate) }
            let key: NIOSSLPrivateKey
            do {
                key = try NIOSSLPrivateKey(file: files.key, format: .pem)
            } catch {
                throw CertificateError.unreadable(file: files.key)
            }
            // A context is made from the pair here and now, so that a key of another certificate is refused when
            // the files are read and not at every handshake.
            do {
                _ = try NIOSSLContext(
                    configuration: .makeServerConfiguration(
                        certificateChain: [.certificate(leaf)], privateKey: .privateKey(key)))
            } catch {
                throw CertificateError.mismatch(certificate: files.certificate, key: files.key)
            }
            return Pair(chain: chain.map { .certificate($0) }, key: .privateKey(key))
        } catch let error as CertificateError {
            throw error
        } catch {
            throw .unreadable(file: files.certificate)
        }
    }
}

/// Why a certificate cannot be used.
public enum CertificateError: Error, Sendable, CustomStringConvertible {
    case unreadable(file: String)
    case mismatch(certificate: String, key: String)

    public var description: String {
        switch self {
        case .unreadable(let file): "\(file) cannot be read as PEM"
        case .mismatch(let certificate, let key):
            "the key in \(key) does not belong to the certificate in \(certificate)"
        }
    }
}
