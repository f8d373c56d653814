import Testing

@testable import Insights

@Suite struct `Reference ranges` {
    private func bounds(_ text: String, sex: Sex? = nil, age: Int? = nil) -> ReferenceRange.Bounds? {
        if case .bounds(let bounds) = ReferenceRange(text, sex: sex, age: age) { bounds } else { nil }
    }

    @Test(arguments: [
        ("70-140", 70.0, 140.0), ("[70-140]", 70, 140), ("{0.90-1.30]", 0.9, 1.3), ("3.50 - 5.10", 3.5, 5.1),
        ("4 to 11", 4, 11),
        ("150000–400000", 150_000, 400_000), ("1,50,000 - 4,50,000", 150_000, 450_000), ("70-140 mg/dl", 70, 140),
        ("-2 - 3", -2, 3),
        ("(12.0 ~ 15.5)", 12, 15.5), ("Normal: 5-10", 5, 10), ("Ref. range 5-10", 5, 10),
    ])
    func `two numbers and a dash are a range`(text: String, low: Double, high: Double) throws {
        let range = try #require(bounds(text))
        #expect(range.low == low && range.high == high)
        #expect(range.side(of: low) == 0 && range.side(of: high) == 0)
        #expect(range.side(of: low - 0.01) == -1 && range.side(of: high + 0.01) == 1)
    }

    @Test(
        arguments: [
            ("<17.50", nil, 17.5, 1), ("< 5", nil, 5, 1), ("<= 5", nil, 5, 0), ("≤5", nil, 5, 0),
            ("Up to 5", nil, 5, 0), ("upto 40 U/L", nil, 40, 0),
            ("Less than 200", nil, 200, 1), (">60.0", 60, nil, -1), ("≥ 40", 40, nil, 0), ("More than 30", 30, nil, -1),
            ("At least 3", 3, nil, 0),
        ] as [(String, Double?, Double?, Int)])
    func `one limit is a range with an open side`(text: String, low: Double?, high: Double?, sideOfLimit: Int) throws {
        let range = try #require(bounds(text))
        #expect(range.low == low && range.high == high)
        #expect(range.side(of: low ?? high ?? 0) == sideOfLimit)
    }

    @Test(arguments: [
        "", "140", "CLIA", "Hexokinase", "5-", "-", "140-70", "12-05-2024", "1-2 of the patients", "see note",
        "10.5.2024",
        "mg/dl", "a-b", "<", "up to",
    ])
    func `anything else is no range`(text: String) {
        #expect(ReferenceRange(text, sex: .male, age: 40) == nil)
    }

    @Test(arguments: [
        ("Male: 13-17 Female: 12-15", Sex.female, 12.0, 15.0), ("Male: 13-17 Female: 12-15", .male, 13, 17),
        ("M:13.0 - 17.0, F:12.0 - 15.0", .male, 13, 17), ("Men 0.7-1.3; Women 0.6-1.1", .female, 0.6, 1.1),
    ])
    func `a range by sex is chosen by the record`(text: String, sex: Sex, low: Double, high: Double) {
        #expect(bounds(text, sex: sex, age: 40).map { [$0.low, $0.high] } == [low, high])
        #expect(ReferenceRange(text, sex: nil, age: 40) == .undecided)
    }

    @Test func `a range by age or category is chosen only when it is certain`() {
        #expect(bounds("Adult: 5-10 Children: 10-20", age: 40)?.high == 10)
        #expect(bounds("Adult: 5-10 Children: 10-20", age: 7)?.high == 20)
        #expect(ReferenceRange("Adult: 5-10 Children: 10-20", sex: nil, age: nil) == .undecided)
        #expect(bounds("Desirable: <200 Borderline: 200-239 High: >240")?.high == 200)
        #expect(ReferenceRange("Male 18-60 years: 13-17 Female: 12-15", sex: .female, age: 30) == .undecided)
        #expect(ReferenceRange("Newborn: 1-2 Infant: 2-3", sex: .male, age: 30) == .undecided)
    }

    @Test(arguments: [
        ("Male", Sex.male), ("female", .female), ("F", .female), ("Transgender", nil), ("", nil), ("unknown", nil),
    ])
    func `sex is known only when the record says it`(gender: String, sex: Sex?) {
        #expect(Sex(gender: gender) == sex)
    }

    @Test func `every printed range is understood whatever its dash, brackets and spaces`() throws {
        var random = Seeded(5)
        for _ in 0..<2_000 {
            let digits = Int.random(in: 0...2, using: &random)
            func number(_ value: Int) -> String {
                let scale = [1, 10, 100][digits]
                guard digits > 0 else { return "\(value)" }
                return "\(value / scale)." + String(String(scale + value % scale).dropFirst())
            }
            let low = Int.random(in: 0...50_000, using: &random)
            let high = low + Int.random(in: 0...50_000, using: &random)
            let dash = try #require(["-", " - ", "–", " to ", " – ", "--"].randomElement(using: &random))
            let (open, close) = try #require(
                [("", ""), ("[", "]"), ("(", ")"), ("{", "]"), ("( ", " )")].randomElement(using: &random))
            let found = try #require(bounds(open + number(low) + dash + number(high) + close))
            #expect(found.low == Double(number(low)) && found.high == Double(number(high)))
        }
    }

    @Test func `random text never becomes a range with its bounds the wrong way round`() {
        var random = Seeded(6)
        let alphabet = Array("0123456789.,-<>[]() MmFfale:toup")
        for _ in 0..<5_000 {
            let text = String(
                (0..<Int.random(in: 0...24, using: &random)).map { _ in
                    alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                })
            if case .bounds(let bounds) = ReferenceRange(text, sex: .male, age: 30), let low = bounds.low,
                let high = bounds.high
            {
                #expect(low <= high)
            }
        }
    }
}
