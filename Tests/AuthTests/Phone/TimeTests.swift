import Core
import TestSupport
import Testing

@Suite struct `Times in RFC 3339` {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2026-09-21T14:13:20Z", 1_790_000_000_000_000),
        ("2026-09-21 16:13:20.5+02:00", 1_790_000_000_500_000), ("2024-02-29t12:00:00.1234567z", 1_709_208_000_123_456),
        ("1969-12-31T23:59:59-00:30", 1_799_000_000), ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
    ])
    func `are read`(text: String, microseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.microseconds == microseconds)
    }

    @Test(arguments: [
        "", "2026-09-21", "2026-09-21T14:13:20", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:60Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+1:00", "2026-01-01T00:00:00Zx",
        "2026-01-01T00:00:00+24:00", "+026-01-01T00:00:00Z",
    ])
    func `that are none are refused`(text: String) { #expect(Timestamp(rfc3339: text) == nil) }

    @Test func `are read as they are written`() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<2000 {
            let time = Timestamp(
                microseconds: Int64.random(in: -62_135_596_800_000_000..<253_402_300_800_000_000, using: &generator))
            #expect(Timestamp(rfc3339: time.rfc3339()) == time)
        }
    }
}
