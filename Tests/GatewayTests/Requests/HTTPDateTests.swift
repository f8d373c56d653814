import Core
import Foundation
import TestSupport
import Testing

@testable import Gateway

@Suite struct `HTTP dates` {
    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (1_767_225_599, "Wed, 31 Dec 2025 23:59:59 GMT"),
        (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ])
    func `known dates are printed and read`(seconds: Int, text: String) {
        #expect(HTTPDate.format(Timestamp(seconds: seconds)) == text)
        #expect(HTTPDate.parse(text) == Timestamp(seconds: seconds))
    }

    @Test func `a time before 1970 has its weekday`() {
        #expect(HTTPDate.format(Timestamp(seconds: -1)) == "Wed, 31 Dec 1969 23:59:59 GMT")
    }

    @Test func `reading undoes printing, and Foundation agrees`() throws {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<2000 {
            let seconds = Int.random(in: 0...253_402_300_799, using: &generator)
            let text = HTTPDate.format(Timestamp(seconds: seconds))
            try #require(text == formatter.string(from: Date(timeIntervalSince1970: Double(seconds))))
            try #require(HTTPDate.parse(text) == Timestamp(seconds: seconds))
        }
    }

    @Test(arguments: [
        "", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994", "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nvo 1994 08:49:37 GMT", "Sun, 06 Nov 0094 08:49:37 GMT", "Sun, 06 Nov 99999 08:49:37 GMT",
        "Wed, 31 Feb 2024 08:49:37 GMT", "Thu, 29 Feb 2023 08:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT",
    ])
    func `what is no date is refused`(text: String) {
        #expect(HTTPDate.parse(text) == nil)
    }

    @Test(arguments: 0..<100)
    func `random text ends in an answer`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let words = [
            "Sun", ",", " ", "06", "Nov", "1994", "08", ":", "49", "GMT", "-", "9999999999999999999", "\u{E9}",
        ]
        let text = (0..<20).map { _ in words.randomElement(using: &generator) ?? "" }.joined()
        if let time = HTTPDate.parse(text) { #expect(HTTPDate.parse(HTTPDate.format(time)) == time) }
    }
}
