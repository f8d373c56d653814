import Testing

@testable import Insights

@Suite struct `Lab judgements` {
    private func judge(
        _ value: String, _ range: String, _ flag: ResultFlag? = nil, trusted: Bool = true, marks: Bool = false,
        ocr: Bool = false
    ) throws -> LabJudgement {
        let cell = try #require(ResultCell(value.split(separator: " ").map(String.init), allowsWords: true))
        let row = LabRow(
            name: "X", value: cell.value, valueText: cell.text, flag: flag, unit: "mg/dl", unitIsKnown: true,
            rangeText: range,
            page: 1, top: 0, bottom: 1, valueConfidence: 1, nameConfidence: 1, valueGap: 3)
        return LabJudgement(row, patient: adult, rangeIsTrusted: trusted, marksAreUsed: marks, isRecognised: ocr)
    }

    @Test(arguments: [
        ("0.86", "0.90-1.30", LabValue.Status.low), ("0.90", "0.90-1.30", .normal), ("1.31", "0.90-1.30", .high),
        ("5", "<5", .high), ("5", "Up to 5", .normal),
        ("115.5", ">60.0", .normal), ("<0.01", "0-0.04", .normal), ("<0.01", "0.1-0.4", .low), ("<5", "1-4", .unknown),
        (">100", "0-50", .high),
        (">100", "5-200", .unknown), ("Negative", "Negative", .normal), ("Positive", "Negative", .abnormal),
        ("Trace", "Nil", .abnormal),
        ("Nil", "0-5", .normal), ("0-2", "0-5", .normal), ("4-8", "0-5", .abnormal), ("6-8", "0-5", .high),
        ("Yellow", "Negative", .unknown),
        ("7", "", .unknown), ("7", "see note", .unknown), ("1:80", "<1:80", .unknown),
        ("12.5", "Male: 13-17 Female: 12-15", .normal),
    ])
    func `a value is set against its printed range`(value: String, range: String, status: LabValue.Status) throws {
        #expect(try judge(value, range).status == status)
    }

    @Test(arguments: [
        ("0.86", "0.90-1.30", ResultFlag.abnormal, LabValue.Status.low, true), ("0.86", "0.90-1.30", .low, .low, true),
        ("0.86", "0.90-1.30", .high, .abnormal, false),
        ("1.0", "0.90-1.30", .abnormal, .abnormal, false), ("1.0", "0.90-1.30", .high, .abnormal, false),
        ("1.0", "", .high, .high, true),
        ("1.0", "", .abnormal, .abnormal, true), ("9", "0.90-1.30", .critical, .critical, true),
        ("1.0", "0.90-1.30", .critical, .abnormal, false),
        ("9", "0.90-1.30", .normal, .abnormal, false), ("1.0", "0.90-1.30", .normal, .normal, true),
    ])
    func `a mark that contradicts the range lowers trust`(
        value: String, range: String, flag: ResultFlag, status: LabValue.Status, agrees: Bool
    ) throws {
        let judgement = try judge(value, range, flag)
        #expect(judgement.status == status)
        #expect((judgement.trust == 1) == agrees)
    }

    @Test func `doubts about digits, ranges and missing marks lower trust`() throws {
        #expect(try judge("139", "13.6-14.5", ocr: true).trust < 1)
        #expect(try judge("44,1", "40-50", ocr: true).trust < 1)
        #expect(try judge("44,1", "40-50").trust == 1)
        #expect(try judge("2", "5-9", marks: true).trust < 1)
        let untrusted = try judge("2", "5-9", trusted: false)
        #expect(untrusted.status == .unknown && untrusted.trust < 1)
    }
}
