import Testing

@testable import Postgres

@Suite struct `Pace of statements` {
    @Test func `a statement is quick once it has been seen to be`() {
        var pace = Pace()
        for _ in 0..<7 {
            pace.note(.milliseconds(1))
            #expect(!pace.isQuick)
        }
        pace.note(.milliseconds(1))
        #expect(pace.isQuick)
    }

    @Test func `one slow time is forgotten only after many quick ones`() {
        var pace = Pace()
        for _ in 0..<20 { pace.note(.milliseconds(1)) }
        pace.note(.seconds(1))
        #expect(!pace.isQuick)
        var needed = 0
        while !pace.isQuick, needed < 1000 {
            pace.note(.milliseconds(1))
            needed += 1
        }
        #expect((10...100).contains(needed))
    }
}
