/// `Server-Timing` (contract, section 11): how long each stage took, in milliseconds.
struct Timing {
    enum Stage: String {
        case jwt, parse, plan, transaction, response
    }

    private var mark: ContinuousClock.Instant?
    private var parts: [String] = []

    init(isOn: Bool) { mark = isOn ? .now : nil }

    mutating func finish(_ stage: Stage) {
        guard let start = mark else { return }
        let now = ContinuousClock.now
        let (seconds, attoseconds) = (now - start).components
        let tenths = seconds * 10_000 + attoseconds / 100_000_000_000_000
        parts.append("\(stage.rawValue);dur=\(tenths / 10).\(tenths % 10)")
        mark = now
    }

    /// Nil when it is off.
    var headerText: String? { parts.isEmpty ? nil : parts.joined(separator: ", ") }
}
