/// Recognises units of measurement by their parts, so that any combination counts: `mg/dl`, `10^3/µL`,
/// `ml/min/1.73sq.m`, `/ cu.mm`. Units are kept as printed; this only says whether a text is one.
enum UnitGrammar {
    static func recognises(_ text: String) -> Bool {
        let parts = parts(text)
        guard parts.count <= 4, parts.contains(where: { !$0.isEmpty }), hasPlausibleCase(text) else { return false }
        // "103 /uL" would be a value and its unit; "103/uL" is a power of ten whose superscript was flattened.
        if parts.count > 1, let first = text.split(separator: "/").first, first.last == " ",
            first.dropLast().last?.isASCIIDigit == true, !first.contains("^")
        {
            return false
        }
        if parts.count == 1 {
            return isBase(parts[0], isDenominator: false) && !neverAlone.contains(parts[0])
                && parts[0].contains { $0.isLetter || $0 == "%" }
        }
        for (index, part) in parts.enumerated() {
            // "/cumm" is a count per volume; only the first part may be empty.
            if part.isEmpty && index > 0 { return false }
            if !part.isEmpty && !isBase(part, isDenominator: index > 0) { return false }
        }
        return true
    }

    /// The unit that a misreading of single characters hides (`mmol/1`, `f1`, `ulU/mL`, `&`), or nil when there is
    /// no or more than this mechanical repair. For recognised text only where the text itself is no unit.
    static func repaired(_ text: String) -> String? {
        guard !recognises(text) else { return nil }
        if ["&", "°/o", "o/o", "0/0", "%o", "°%"].contains(text.lowercased()) { return "%" }
        let pieces = text.split(separator: "/", omittingEmptySubsequences: false).enumerated().map { index, piece in
            let alone = String(piece)
            if alone.isEmpty || isBase(key(alone), isDenominator: index > 0) && hasPlausibleCase(alone) { return alone }
            return Self.mended(alone, isDenominator: index > 0)
        }
        let candidate = pieces.joined(separator: "/")
        return candidate != text && recognises(candidate) ? candidate : nil
    }

    /// The first of a few known confusions that makes a unit of the piece, else the piece.
    private static func mended(_ piece: String, isDenominator: Bool) -> String {
        var candidates = [
            String(piece.map { "1I|!".contains($0) ? "l" : $0 }), String(piece.map { "1l|!".contains($0) ? "I" : $0 }),
            piece.replacing("lU", with: "IU").replacing("1U", with: "IU"), piece.replacing("£", with: "f"),
        ]
        // The caret of 10^3 comes out as any character.
        if piece.hasPrefix("10"), let exponent = ["12", "3", "6", "9"].first(where: piece.hasSuffix),
            piece.count == 3 + exponent.count
        {
            candidates = ["10^" + exponent]
        }
        return candidates.first { isBase(key($0), isDenominator: isDenominator) && hasPlausibleCase($0) } ?? piece
    }

    private static func parts(_ text: String) -> [String] {
        text.split(separator: "/", omittingEmptySubsequences: false).map { key(String($0)) }
    }

    /// Capitals inside a unit that begins in lower case stand for litre, unit, equivalent and a few more (`mL`,
    /// `mIU`, `mEq`, `kPa`, `mOsm`, `mmHg`). Any other, as in `gM`, is a misreading or no unit.
    private static func hasPlausibleCase(_ text: String) -> Bool {
        text.split { !$0.isLetter }.allSatisfy { part in
            guard part.first?.isLowercase == true else { return true }
            return part.allSatisfy { !$0.isUppercase || "LUIEPOHK".contains($0) }
        }
    }

    /// Lower case without spaces and the dots of abbreviations; superscripts as `^3`, the two micro signs in ASCII.
    /// A space behind a digit stays, because "103 U" is a value and its unit.
    private static func key(_ text: String) -> String {
        let replaced: [Character: String] = [
            "µ": "u", "μ": "u", "²": "^2", "³": "^3", "⁶": "^6", "⁹": "^9", "×": "x", "*": "^", "(": "", ")": "",
        ]
        var key = ""
        for character in text.lowercased() {
            if character == "." || character == " ", key.last.map({ !$0.isASCIIDigit }) ?? true { continue }
            key += replaced[character] ?? String(character)
        }
        while key.last == "." || key.last == " " { key.removeLast() }
        return key
    }

    /// Powers of ten that counts are given in.
    private static let exponents: Set<String> = ["2", "3", "4", "5", "6", "9", "12"]

    private static func isBase(_ part: String, isDenominator: Bool) -> Bool {
        if bases.contains(part) { return true }
        var rest = part[...]
        if rest.hasPrefix("x") { rest = rest.dropFirst() }
        if rest.hasPrefix("10") {
            // A power of ten: 10^3, 10e9; also 103 where the superscript was flattened and nothing else follows.
            rest = rest.dropFirst(2)
            let isMarked = rest.first == "^" || rest.first == "e"
            if isMarked { rest = rest.dropFirst() }
            let exponent = String(rest.prefix { $0.isASCIIDigit })
            rest = rest.dropFirst(exponent.count).drop { $0 == " " }
            if exponents.contains(exponent) { return rest.isEmpty || isMarked && bases.contains(String(rest)) }
        }
        if isDenominator {
            // "per 100 ml", "per 24 h", "per 1.73 m2"
            let digits = part.prefix { $0.isASCIIDigit || $0 == "." }
            let base = part.dropFirst(digits.count).drop { $0 == " " }
            if (1...4).contains(digits.count), bases.contains(String(base)) { return true }
        }
        for suffix in ["creatinine", "creat", "cr", "hb", "hgb"] where part.hasSuffix(suffix) {
            if bases.contains(String(part.dropLast(suffix.count))) { return true }
        }
        return false
    }

    /// Too short to be a unit by themselves: they would turn marks and initials into units.
    private static let neverAlone: Set<String> = [
        "l", "m", "k", "d", "h", "s", "co", "th", "mil", "field", "cell", "day", "cr", "kg", "log", "min", "mins",
    ]

    private static let bases: Set<String> = [
        "%", "kg", "g", "gm", "gms", "grams", "mg", "mgs", "ug", "mcg", "ng", "pg", "fg",
        "mol", "mmol", "mmols", "mmoles", "umol", "nmol", "pmol", "meq", "eq", "mval",
        "l", "ltr", "litre", "liter", "dl", "cl", "ml", "ul", "nl", "pl", "fl",
        "cumm", "cmm", "mm3", "mm^3", "cm3", "mm", "cm", "m2", "m^2", "sqm",
        "cells", "cell", "million", "millions", "mill", "mil", "lakh", "lakhs", "thousand", "thousands", "thou",
        "th", "k", "m", "x", "rbc", "wbc",
        "u", "iu", "miu", "uiu", "kiu", "ku", "mu", "units", "unit", "ukat", "nkat", "eu", "au", "bau", "ru",
        "s", "sec", "secs", "second", "seconds", "min", "mins", "minute", "h", "hr", "hrs", "hour", "hours", "day",
        "d", "24h", "24hr", "24hrs", "24hours",
        "ratio", "index", "hpf", "lpf", "field", "mmhg", "kpa", "mosm", "osm", "mosmol", "osmol", "copies", "log",
        "gpl", "mpl", "coi", "co", "creatinine", "creat", "cr", "hb", "hgb", "inr", "vol%", "mgeq",
    ]
}
