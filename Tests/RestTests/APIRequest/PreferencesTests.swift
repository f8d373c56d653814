import Testing

@testable import Rest

@Suite struct `Preference headers` {
    private static func read(_ headers: String..., allowsTransactionEnd: Bool = true) -> Preferences {
        Preferences(headers: headers, allowsTransactionEnd: allowsTransactionEnd)
    }

    @Test func `headers and comma lists are equivalent and the first of a kind wins`() {
        let preferences = `Preference headers`.read(
            "return=minimal ,count=exact", "return=representation,  tx=rollback", "missing=default")
        #expect(
            preferences
                == Preferences(missing: .defaults, representation: .minimal, count: .exact, transaction: .rollback))
    }

    @Test func `unknown preferences matter only to strict clients`() throws {
        try `Preference headers`.read("params=single-object, handling=lenient").requireKnown()
        try `Preference headers`.read("params=single-object").requireKnown()
        #expect(throws: RequestError.unknownPreferences(["params=single-object", "x"])) {
            try `Preference headers`.read("params=single-object, handling=strict, x").requireKnown()
        }
    }

    @Test func `the end of the transaction is heard only where it is allowed`() {
        let preferences = `Preference headers`.read("tx=rollback, handling=strict", allowsTransactionEnd: false)
        #expect(preferences.transaction == nil)
        #expect(preferences.unknown.isEmpty)
    }

    @Test func `what was applied is told in a fixed order`() {
        let preferences = `Preference headers`.read(
            "max-affected=5, timezone=Europe/Berlin, handling=strict, tx=commit, count=planned, return=headers-only, "
                + "missing=null, resolution=merge-duplicates")
        #expect(
            preferences.appliedValue
                == "resolution=merge-duplicates, missing=null, return=headers-only, count=planned, tx=commit, "
                + "handling=strict, timezone=Europe/Berlin, max-affected=5")
        #expect(`Preference headers`.read("max-affected=5").appliedValue == nil)
        #expect(`Preference headers`.read("max-affected=many, handling=strict").maxAffected == nil)
        #expect(`Preference headers`.read().appliedValue == nil)
    }
}
