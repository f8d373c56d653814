internal import FoundationEssentials

/// The machine's clock in UTC.
public struct UTCClock: WallClock {
    public init() {}
    public func now() -> Timestamp {
        Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
    }
}
