import Testing
@testable import Insights
@Test func tmpbench() async throws {
    var random = Seeded(77)
    let names = ["Glucose Fasting", "Serum Sodium", "MCV (Derived)", "Vitamin D3", "SGPT (ALT)", "Total Cholesterol", "CA 125", "Haemoglobin", "Platelet Count", "TSH", "Serum Uric Acid", "Total Bilirubin", "HDL Cholesterol", "Free T4", "ESR", "Lymphocytes", "Serum Iron", "Ferritin"]
    let units = ["mg/dl", "mmol/L", "fL", "%", "U/L", "10^3/uL", "g/dL", "ng/mL", "uIU/mL", "/cumm", "pg/mL", "mm/hr"]
    var total = 0, right = 0, named = 0, silent = 0, wrong = 0, unitWrong = 0
    for round in 0..<10 {
        let font = ["F1", "F2"][round % 2]; let size = [8.0, 9, 10, 11][round % 4]; let dpi = [150, 200, 300][round % 3]
        let header = round % 3 != 1
        var rows: [[(Double, String)]] = []
        if header { rows.append([(40, "Test Name"), (240, "Result"), (330, "Unit"), (430, "Reference Range")]) }
        var truth: [String: LabValue] = [:]
        for name in names.shuffled(using: &random).prefix(12) {
            let digits = Int.random(in: 0...2, using: &random); let scale = [1, 10, 100][digits]
            func n(_ v: Int) -> String { digits == 0 ? "\(v)" : "\(v/scale)." + String(String(scale + v % scale).dropFirst()) }
            let low = Int.random(in: 1...2000, using: &random), high = low + Int.random(in: 10...2000, using: &random), v = Int.random(in: 1...5000, using: &random)
            let flag = v < low ? " L" : v > high ? " H" : ""
            let unit = units.randomElement(using: &random)!
            let range = header ? "\(n(low)) - \(n(high))" : "[\(n(low))-\(n(high))]"
            rows.append([(40, name), (240, n(v) + flag), (330, unit), (430, range)])
            truth[name.withoutSpaces] = LabValue(name: name, value: n(v), unit: unit, referenceRange: range, status: v < low ? .low : v > high ? .high : .normal, page: 1, confidence: 1)
        }
        let r = try await read(try await scanned(TestPDF(rows: rows, size: size, font: font).bytes, dotsPerInch: dpi))
        total += truth.count
        for v in r.labValues {
            guard let t = truth[v.name.withoutSpaces] else { wrong += 1; print("NAME?", round, line(v), v.confidence); continue }
            if v.value == t.value, v.status == t.status, v.referenceRange.withoutSpaces == ReferenceRange.tidied(t.referenceRange).withoutSpaces { right += 1; if v.unit != t.unit { unitWrong += 1; print("UNIT", round, line(v), "truth", t.unit, v.confidence) } }
            else { wrong += 1; print("WRONG", round, line(v), "truth", line(t), v.confidence) }
            truth[v.name.withoutSpaces] = nil
        }
        for name in truth.keys { if r.uncertainRows.contains(where: { $0.name.withoutSpaces == name }) { named += 1; print("NAMED", round, name, line(truth[name]!)) } else { silent += 1; print("SILENT", round, font, size, dpi, line(truth[name]!)) } }
    }
    print("TOTAL", total, "right", right, "named", named, "silent", silent, "wrong", wrong, "unitWrong", unitWrong)
}
