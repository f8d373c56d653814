import Core
import Synchronization

/// Keeps what operators are told.
final class RecordingObserver: Observer {
    private let kept = Mutex<[String]>([])
    var lines: [String] { kept.withLock { $0 } }

    func observe(_ observation: Observation) {
        switch observation {
        case .requestFailed(_, _, let cause): kept.withLock { $0.append(cause) }
        case .warning(let text): kept.withLock { $0.append(text) }
        default: break
        }
    }
}
