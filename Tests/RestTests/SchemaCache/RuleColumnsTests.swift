import TestSupport
import Testing

@testable import Rest

@Suite struct `Columns of rewrite rules` {
    private func origins(_ rule: String) -> [Int: ColumnOrigin] { origins(Array(rule.utf8)) }
    private func origins(_ rule: [UInt8]) -> [Int: ColumnOrigin] { RuleColumns(of: rule.span).origins }

    private static let rule = """
        ({QUERY :commandType 1 :rtable ({RANGETBLENTRY :eref {ALIAS :aliasname u :colnames ("a" "b")} :subquery \
        {QUERY :targetList ({TARGETENTRY :expr {VAR :varno 1} :resno 1 :resorigtbl 77 :resorigcol 7 :resjunk false})}}) \
        :targetList ({TARGETENTRY :expr {VAR :varno 1 :varattno 2} :resno 1 :resname a\\ \\}\\ :resorigtbl\\ 5 \
        :ressortgroupref 0 :resorigtbl 16385 :resorigcol 2 :resjunk false} {TARGETENTRY :expr {SUBLINK :subselect \
        {QUERY :targetList ({TARGETENTRY :expr <> :resno 9 :resorigtbl 88 :resorigcol 8})}} :resno 2 :resname b \
        :resorigtbl 0 :resorigcol 0} {TARGETENTRY :expr {VAR} :resno 3 :resorigtbl 16386 :resorigcol 1}) \
        :override 0 :returningList ({TARGETENTRY :expr {VAR} :resno 4 :resorigtbl 99 :resorigcol 1}) \
        :stmt_len 10})
        """

    @Test func `only the query's own target list counts`() {
        #expect(
            origins(Self.rule) == [
                1: ColumnOrigin(relation: 16385, column: 2), 3: ColumnOrigin(relation: 16386, column: 1),
            ])
    }

    @Test(arguments: ["", "(", "{", "}", "}}}{{{", "<>", "\\", "{QUERY :targetList ({TARGETENTRY :resno", "(){}()"])
    func `a rule that is none has no columns`(rule: String) {
        #expect(origins(rule).isEmpty)
    }

    @Test func `numbers longer than any oid do not overflow`() {
        let digits = String(repeating: "9", count: 400)
        let rule = "{QUERY :targetList ({TARGETENTRY :resno 1 :resorigtbl \(digits) :resorigcol \(digits)})}"
        #expect(origins(rule).count == 1)
    }

    @Test func `damaged rules are survived`() {
        var random = SeededGenerator(seed: 0x5eed)
        let bytes = Array(Self.rule.utf8)
        for _ in 0..<2000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...6, using: &random) where !damaged.isEmpty {
                let place = Int.random(in: damaged.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: damaged[place] = [UInt8](" {}()\\:<>09".utf8).randomElement(using: &random) ?? 0
                case 1: damaged.remove(at: place)
                default: damaged.removeLast(damaged.count - max(place, 1))
                }
            }
            #expect(origins(damaged).keys.allSatisfy { $0 > 0 })
        }
    }
}
