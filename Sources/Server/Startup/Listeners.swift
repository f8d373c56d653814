internal import Core
internal import Gateway
internal import Logging
internal import NIOPosix
internal import ServiceLifecycle

/// The listeners of a running server: the one for clients, with TLS where that is configured, and plain ones beside it.
struct Listeners: Sendable {
    let configuration: GatewayConfiguration
    let recognizer: any KeyRecognizer
    let observer: any Observer
    let clock: any WallClock
    let logger: Logger

    /// The listener for clients and what it needs beside it, in starting order.
    /// - Parameter opensAfter: what the port waits for; nil opens it at once.
    ///
    /// Throws ``StartupError`` for a certificate that cannot be used.
    func clients(
        _ mounts: [Mount], opensAfter: (@Sendable () async -> Void)?, onReady: @escaping @Sendable (Int) -> Void
    ) throws(StartupError) -> [any Service] {
        var services: [any Service] = []
        var certificates: CertificateStore?
        if let files = configuration.tls {
            let store: CertificateStore
            do throws(CertificateError) { store = try CertificateStore(files) } catch {
                throw .certificate("\(error)")
            }
            certificates = store
            services.append(CertificateWatcher(files: files, store: store, observer: observer))
            if let port = configuration.redirectPort {
                let surface = RedirectSurface(publicURL: configuration.publicURL)
                services.append(plain([Mount("", surface)], port: port, host: configuration.host))
            }
        }
        let main = listener(mounts, configuration, certificates, onReady)
        if let opensAfter {
            services.append(LateListener(listener: main, opensAfter: opensAfter))
        } else {
            services.append(main)
        }
        return services
    }

    /// A listener without TLS, for the operator's own use.
    func plain(_ mounts: [Mount], port: Int, host: String = "127.0.0.1") -> any Service {
        var gateway = GatewayConfiguration()
        gateway.host = host
        gateway.port = port
        return listener(mounts, gateway, nil) { _ in }
    }

    private func listener(
        _ mounts: [Mount], _ gateway: GatewayConfiguration, _ certificates: CertificateStore?,
        _ onReady: @escaping @Sendable (Int) -> Void
    ) -> HTTPListener {
        let ids = RequestIDs()
        let responder = GatewayResponder(
            configuration: gateway, mounts: mounts, recognizer: recognizer, observer: observer, clock: clock,
            makeRequestID: { ids.next() })
        // Hummingbird's own lines repeat what observations say; only its warnings are news.
        var quiet = logger
        quiet.logLevel = .warning
        return HTTPListener(
            responder: responder, certificates: certificates, eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: quiet, onListening: onReady)
    }
}

/// A listener whose port opens once there is something to serve.
private struct LateListener: Service {
    let listener: HTTPListener
    let opensAfter: @Sendable () async -> Void

    func run() async throws {
        // A stop that comes earlier ends the wait; the listener then sees it, too.
        await cancelWhenGracefulShutdown { await opensAfter() }
        try await listener.run()
    }
}
