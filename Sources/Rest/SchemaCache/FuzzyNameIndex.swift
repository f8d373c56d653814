/// Finds the name most like a misspelt one, for hints.
///
/// The measure is upstream's (the fuzzyset method), so that hints agree: names that share trigrams, or failing that
/// bigrams, are ranked by the cosine of their n-gram counts; the best of them are judged by normalised edit distance.
struct FuzzyNameIndex: Sendable {
    /// The least similarity, of at most 1, for names of relations and functions: others are not given away.
    static let nameScoreMin = 0.75
    /// The least similarity for lists of parameters and for relationships of a relation already named.
    static let looseScoreMin = 0.33
    /// Names that are compared by edit distance, which costs the product of both lengths.
    private static let comparedMax = 50
    /// Longer texts than this resemble no name (which has at most 63 bytes) or list of parameters worth naming.
    private static let charactersMax = 512

    /// Lower-case names in the order of `names`.
    private let keys: [[Unicode.Scalar]]
    private let names: [String]
    /// Trigrams, then bigrams.
    private let gramIndexes: [GramIndex]

    init(_ names: some Sequence<String>) {
        var seen: Set<String> = []
        self.names = names.filter { seen.insert($0.lowercased()).inserted }
        let keys = self.names.map(Self.key)
        self.keys = keys
        gramIndexes = [3, 2].map { GramIndex(keys: keys, gramSize: $0) }
    }

    /// The most similar name with at least `scoreMin`; a name that differs only in case is the same.
    func closest(to text: String, scoreMin: Double) -> String? { match(text, scoreMin: scoreMin)?.name }

    /// ``closest(to:scoreMin:)`` with its similarity.
    func match(_ text: String, scoreMin: Double) -> (name: String, score: Double)? {
        guard text.unicodeScalars.count <= Self.charactersMax else { return nil }
        let key = Self.key(text)
        if let exact = keys.firstIndex(of: key) { return (names[exact], 1) }
        for index in gramIndexes {
            let ranked = index.ranked(key).prefix(Self.comparedMax)
            var best: (name: String, score: Double)?
            for place in ranked {
                let score = Self.similarity(key, keys[place])
                if score >= scoreMin, score > best?.score ?? 0 { best = (names[place], score) }
            }
            if let best { return best }
        }
        return nil
    }

    private static func key(_ text: String) -> [Unicode.Scalar] { Array(text.lowercased().unicodeScalars) }

    /// One less the edit distance (Levenshtein) as a share of the longer text.
    static func similarity(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Double {
        let longer = max(left.count, right.count)
        guard longer > 0 else { return 1 }
        var previous = Array(0...right.count)
        for (row, scalar) in left.enumerated() {
            var current = [row + 1]
            current.reserveCapacity(right.count + 1)
            for (column, other) in right.enumerated() {
                let replaced = previous[column] + (scalar == other ? 0 : 1)
                current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return 1 - Double(previous[right.count]) / Double(longer)
    }
}

/// Names by the n-grams of one size they contain.
private struct GramIndex: Sendable {
    struct Posting {
        let place: Int
        let count: Int
    }

    let gramSize: Int
    var magnitudes: [Double] = []
    var postings: [[Unicode.Scalar]: [Posting]] = [:]

    init(keys: [[Unicode.Scalar]], gramSize: Int) {
        self.gramSize = gramSize
        for (place, key) in keys.enumerated() {
            let counts = gramCounts(key)
            magnitudes.append(Self.magnitude(counts))
            for (gram, count) in counts { postings[gram, default: []].append(Posting(place: place, count: count)) }
        }
    }

    /// Places of the names that share a gram with `key`, most similar first.
    func ranked(_ key: [Unicode.Scalar]) -> [Int] {
        let counts = gramCounts(key)
        var products: [Int: Int] = [:]
        for (gram, count) in counts {
            for posting in postings[gram] ?? [] { products[posting.place, default: 0] += posting.count * count }
        }
        // The magnitude of `key` is common to all and leaves their order as it is.
        let scores = products.map { (place: $0.key, score: Double($0.value) / magnitudes[$0.key]) }
        return scores.sorted { ($1.score, $0.place) < ($0.score, $1.place) }.map(\.place)
    }

    private func gramCounts(_ key: [Unicode.Scalar]) -> [[Unicode.Scalar]: Int] {
        let words = key.filter { scalar in
            let properties = scalar.properties
            return properties.isAlphabetic || properties.numericType != nil || properties.isWhitespace || scalar == ","
        }
        let text = ["-"] + words + ["-"]
        var counts: [[Unicode.Scalar]: Int] = [:]
        guard text.count >= gramSize else { return counts }
        for start in 0...(text.count - gramSize) { counts[Array(text[start..<start + gramSize]), default: 0] += 1 }
        return counts
    }

    private static func magnitude(_ counts: [[Unicode.Scalar]: Int]) -> Double {
        Double(counts.values.reduce(0) { $0 + $1 * $1 }).squareRoot()
    }
}
