import Foundation
import TestSupport
import Testing

@testable import Core

@Suite struct `Timestamps` {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000000Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
        (951_868_800_000_000, "2000-03-01T00:00:00.000000Z"),
        (-2_203_891_200_000_000, "1900-03-01T00:00:00.000000Z"),
        (1_767_225_599_123_456, "2025-12-31T23:59:59.123456Z"),
        (-62_135_596_800_000_000, "0001-01-01T00:00:00.000000Z"),
        (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
    ])
    func `known times are printed as RFC 3339`(microseconds: Int64, text: String) {
        #expect(Timestamp(microseconds: microseconds).rfc3339() == text)
    }

    @Test(arguments: [
        (0, "2025-12-31T23:59:59Z"), (1, "2025-12-31T23:59:59.1Z"), (3, "2025-12-31T23:59:59.120Z"),
        (6, "2025-12-31T23:59:59.120999Z"),
    ])
    func `a fraction is cut, never rounded into the next second`(digits: Int, text: String) {
        #expect(Timestamp(microseconds: 1_767_225_599_120_999).rfc3339(fractionDigits: digits) == text)
    }

    @Test func `Foundation's calendar agrees on every day from 1600 to 2400`() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        var generator = SeededGenerator(seed: 7)
        for day in stride(from: -135_140, through: 157_054, by: 1) {
            let civil = Timestamp.civil(day: day)
            // Every hundredth day and the ends of months are compared; the days between follow from the order.
            guard day % 97 == 0 || civil.day == 1 || civil.month == 2 && civil.day > 27 else { continue }
            let second = Int.random(in: 0..<86_400, using: &generator)
            let date = Date(timeIntervalSince1970: Double(day * 86_400 + second))
            let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
            let expected = String(
                format: "%04d-%02d-%02dT%02d:%02d:%02dZ", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0,
                parts.hour ?? 0, parts.minute ?? 0, parts.second ?? 0)
            try #require(Timestamp(seconds: day * 86_400 + second).rfc3339(fractionDigits: 0) == expected)
        }
    }

    @Test(arguments: [(0, 0), (1, 0), (999_999, 0), (1_000_000, 1), (-1, -1), (-1_000_000, -1), (-1_000_001, -2)])
    func `seconds are rounded down`(microseconds: Int64, seconds: Int) {
        #expect(Timestamp(microseconds: microseconds).seconds == seconds)
    }

    @Test func `durations move a time both ways to the microsecond`() {
        let time = Timestamp(seconds: 100)
        #expect(time.advanced(by: .microseconds(1)) == Timestamp(microseconds: 100_000_001))
        #expect(time.advanced(by: .milliseconds(-1500)) == Timestamp(microseconds: 98_500_000))
        #expect(time.advanced(by: .nanoseconds(999)) == time)
        #expect(time < time.advanced(by: .microseconds(1)))
    }

    @Test func `the machine's clock tells the present`() {
        let before = Date().timeIntervalSince1970
        let now = Double(UTCClock().now().microseconds) / 1_000_000
        let after = Date().timeIntervalSince1970
        // A microsecond is lost where a double has no room for it.
        #expect(now >= before - 0.000_002 && now <= after + 0.000_002)
    }
}
