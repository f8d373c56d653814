internal import Core
internal import Synchronization

/// The value of `Date`, made anew when the second changes.
final class DateField: Sendable {
    private let last = Mutex<(second: Int, text: String)?>(nil)

    func text(at time: Timestamp) -> String {
        last.withLock { last in
            if let last, last.second == time.seconds { return last.text }
            let text = HTTPDate.format(time)
            last = (time.seconds, text)
            return text
        }
    }
}
