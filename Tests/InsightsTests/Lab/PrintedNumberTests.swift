import Testing

@testable import Insights

@Suite struct `Printed numbers` {
    @Test(arguments: [
        ("7.30", 7.30), ("0", 0), ("188000", 188_000), ("1,234", 1_234), ("1,234,567.5", 1_234_567.5),
        ("1,50,000", 150_000),
        ("44,1", 44.1), ("0,123", 0.123), (".5", 0.5), ("-2.5", -2.5), ("+3", 3), ("−4", -4),
    ])
    func `a number is read as printed`(text: String, value: Double) throws {
        let number = try #require(PrintedNumber(text))
        #expect(number.value == value)
        #expect(number.text == text)
    }

    @Test(arguments: [
        "", "-", ".", "5.", "1.2.3", "O.86", "l2", "1O", "1,2,3", "12/05", "1:80", "5%", "1 2", "1,", ",5", "1e5",
        "0x1", "1,23.4", "１２",
    ])
    func `what is not wholly a number is none`(text: String) {
        #expect(PrintedNumber(text) == nil)
    }

    @Test func `every number survives printing with and without thousands`() throws {
        var random = Seeded(3)
        for _ in 0..<2_000 {
            let whole = Int.random(in: 0...99_999_999, using: &random)
            let digits = Int.random(in: 0...3, using: &random)
            let fraction =
                digits == 0 ? "" : "." + String(String(Int.random(in: 0...999, using: &random) + 1000).suffix(digits))
            var grouped = ""
            for (index, digit) in String(whole).reversed().enumerated() {
                if index > 0, index % 3 == 0 { grouped = "," + grouped }
                grouped = String(digit) + grouped
            }
            let plain = try #require(PrintedNumber("\(whole)\(fraction)"))
            let spaced = try #require(PrintedNumber(grouped + fraction))
            #expect(plain.value == spaced.value)
            #expect(plain.fractionDigits == digits)
            #expect(plain.value == Double("\(whole)\(fraction)"))
        }
    }
}

@Suite struct `Result cells` {
    @Test(arguments: [
        (["0.86", "#"], "0.86", ResultFlag.abnormal), (["0.86#"], "0.86", .abnormal), (["142H"], "142", .high),
        (["*7.3"], "7.3", .abnormal), (["H", "7.3"], "7.3", .high), (["7.3", "(L)"], "7.3", .low),
        (["9", "HH"], "9", .critical),
        (["7.3"], "7.3", nil), (["<0.01"], "<0.01", nil), (["<", "0.01"], "< 0.01", nil), (["1,234"], "1,234", nil),
        (["5.1", "High"], "5.1", .high),
    ])
    func `marks are told from digits`(words: [String], text: String, flag: ResultFlag?) throws {
        let cell = try #require(ResultCell(words, allowsWords: false))
        #expect(cell.text == text)
        #expect(cell.flag == flag)
        #expect(cell.wordCount == words.count)
    }

    @Test(arguments: ["Negative", "Non-Reactive", "Not Detected", "Trace", "2+", "Pale Yellow", "0-2", "1:80"])
    func `words count only where a result column vouches for them`(text: String) {
        let words = text.split(separator: " ").map(String.init)
        #expect(ResultCell(words, allowsWords: true)?.text == text)
        #expect(ResultCell(words, allowsWords: false) == nil)
    }

    @Test(arguments: ["Hexokinase", "12/05/2024", "10:30", "see", "A1", "ZAdl", "(0)", "78mg", "5-"])
    func `other text is no result`(text: String) {
        #expect(ResultCell([text], allowsWords: true) == nil)
    }
}

@Suite struct `Units` {
    @Test(arguments: [
        "mg/dl", "mg/dL", "%", "fL", "fl", "/cumm", "/cu.mm", "/ cu.mm", "/cu mm", "million/cu.mm", "10^3/uL", "10³/µL",
        "x10^9/L", "10*3/uL", "x10E3/uL", "K/uL", "thou/mm3", "ml/min/1.73sq.m", "mL/min/1.73 m2", "mmol/l", "mEq/L",
        "µIU/mL", "IU/L",
        "U/L", "ng/mL", "pg", "g/dl", "mm/hr", "/hpf", "sec", "mg/24h", "mg/g creatinine", "Ratio", "lakhs/cumm",
        "gm/dl",
        "mosm/kg", "10^6/µl", "mg/L", "103/uL", "10^3 /uL", "x103/uL", "m²", "mL/min/1.73m²", "ug/dl", "cells/cumm",
        "mmHg",
    ])
    func `a unit is known by its parts`(text: String) {
        #expect(UnitGrammar.recognises(text))
    }

    @Test(arguments: [
        "", "/", "gM", "Hexokinase", "CLIA", "of", "years", "Rs", "L", "H", "the", "mg/", "mg//dl", "to", "change", "7",
        "(Myocardial",
        "105.7 U/L", "103 U/L", "103 /uL", "10 U/L", "100 mg/dl", "103", "106",
    ])
    func `other text is no unit`(text: String) {
        #expect(!UnitGrammar.recognises(text))
    }

    @Test(arguments: [
        ("mmol/1", "mmol/l"), ("f1", "fl"), ("&", "%"), ("mg/d1", "mg/dl"), ("U/I", "U/l"), ("10^3/u1", "10^3/ul"),
        ("ulU/mL", "uIU/mL"), ("m1U/mL", "mIU/mL"), ("£L", "fL"), ("1043/uL", "10^3/uL"),
    ])
    func `a single misread character is mended`(text: String, unit: String) {
        #expect(UnitGrammar.repaired(text) == unit)
    }

    @Test(arguments: ["mg/dl", "gM", "gal", "17", "Hb1", "1043", "104/uL", "57"])
    func `nothing else is mended`(text: String) {
        #expect(UnitGrammar.repaired(text) == nil)
    }
}
