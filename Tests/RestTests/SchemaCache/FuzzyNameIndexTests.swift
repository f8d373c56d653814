import Testing

@testable import Rest

@Suite struct `Fuzzy names` {
    @Test(arguments: [
        ("projectx", "projects"), ("projecxx", "projects"), ("PROJECTS", "projects"), ("sayhell", "sayhello"),
        ("car_model_sale", "car_model_sales"), ("clientss", "clients"),
    ])
    func `a misspelt name finds the nearest one`(given: String, expected: String) {
        let index = FuzzyNameIndex(["projects", "clients", "sayhello", "car_model_sales", "car_models", "users"])
        #expect(index.closest(to: given, scoreMin: FuzzyNameIndex.nameScoreMin) == expected)
    }

    @Test(arguments: [
        "", "x", "sales", "projects_of_clients", "ユーザー", "-", "' or 1=1", String(repeating: "projects", count: 100),
    ])
    func `a name unlike any finds none`(given: String) {
        let index = FuzzyNameIndex(["projects", "clients", "car_model_sales"])
        #expect(index.closest(to: given, scoreMin: FuzzyNameIndex.nameScoreMin) == nil)
    }

    @Test(arguments: [
        ("(nam)", "(name)"), ("(attrs, id)", "(attr, id)"), ("(id)", "(attr, id)"),
        ("(nam, pqaram, vall)", "(name, param, val)"), ("(name, val)", "(name, param, val)"),
    ])
    func `lists of parameters are compared loosely`(given: String, expected: String) {
        let index = FuzzyNameIndex(["(name)", "(name, param, val)", "(attr, id)"])
        #expect(index.closest(to: given, scoreMin: FuzzyNameIndex.looseScoreMin) == expected)
    }

    @Test func `an empty index finds nothing`() {
        #expect(FuzzyNameIndex([]).closest(to: "projects", scoreMin: 0) == nil)
    }

    @Test(arguments: [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "abc", 0), ("flaw", "lawn", 2), ("é", "e", 1)])
    func `similarity is the edit distance as a share of the longer text`(left: String, right: String, distance: Int) {
        let (left, right) = (Array(left.unicodeScalars), Array(right.unicodeScalars))
        let expected = 1 - Double(distance) / Double(max(left.count, right.count))
        #expect(FuzzyNameIndex.similarity(left, right) == expected)
        #expect(FuzzyNameIndex.similarity(right, left) == expected)
    }
}
