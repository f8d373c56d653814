internal import Core
internal import FoundationEssentials
internal import Gateway
internal import ServiceLifecycle

/// Looks whether the certificate's files changed and has them read again.
struct CertificateWatcher: Service {
    let files: GatewayConfiguration.TLSFiles
    let store: CertificateStore
    let observer: any Observer
    /// Certificates change every few weeks; a glance at two files costs nothing.
    var interval: Duration = .seconds(2)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var seen = stamps()
            var complainedAbout: [Date?]?
            while !Task.isCancelled {
                // Ends early only by cancellation, which the loop looks at.
                try? await Task.sleep(for: interval)
                let now = stamps()
                guard now != seen else { continue }
                do throws(CertificateError) {
                    try store.reload()
                    seen = now
                    observer.observe(.certificateReloaded)
                } catch {
                    // The two files change one after the other: a mismatch now may be a pair at the next look, so
                    // the stamps are kept as they were and it is tried again. One complaint a change is enough.
                    guard complainedAbout != now else { continue }
                    complainedAbout = now
                    observer.observe(.certificateReloadFailed(cause: "\(error)"))
                }
            }
        }
    }

    private func stamps() -> [Date?] {
        [files.certificate, files.key].map { path in
            // A file that is missing for a moment counts as changed.
            (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
        }
    }
}
