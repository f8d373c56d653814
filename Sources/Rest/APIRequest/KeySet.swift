/// Names in the order of their code points, each once: the order in which columns appear in SQL and in messages.
enum KeySet {
    static func sorted(_ names: some Sequence<String>) -> [String] {
        var result: [String] = []
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        where result.last.map({ $0.utf8.elementsEqual(name.utf8) }) != true {
            result.append(name)
        }
        return result
    }
}
