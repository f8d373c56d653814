internal import Core

/// Everything that can be wrong with a configuration, reported together.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    public let problems: [String]
    public init(_ problems: [String]) { self.problems = problems }
    public var description: String { problems.map { "configuration: " + $0 }.joined(separator: "\n") }
}

/// Where the values of settings come from. Precedence: flag, environment, `.env` file, generated file; within one
/// source our own name, then upstream's.
public struct SettingsSource: Sendable {
    fileprivate let layers: [(label: String, values: [String: String])]
    /// Names that were given and mean nothing to this version.
    public let unused: [String]

    /// - Parameters:
    ///   - flags: by setting name.
    ///   - environment: the process's; only names of ours, and unknown ones of our own prefixes, matter.
    ///   - file: a `.env` file, where every name counts.
    ///   - generated: `medmitra.env` of the data directory.
    /// Throws ``ConfigurationError`` for unknown names.
    public init(
        flags: [String: String] = [:], environment: [String: String], file: [String: String] = [:],
        generated: [String: String] = [:]
    ) throws(ConfigurationError) {
        let known = Set(Setting.all.flatMap(\.names))
        var unused = Set<String>()
        var problems: [String] = []
        let ownPrefixes = ["GOTRUE_", "PGRST_", "MEDMITRA_"]
        for (name, isFile) in environment.keys.map({ ($0, false) }) + file.keys.map({ ($0, true) })
        where !known.contains(name) {
            if name.hasPrefix("PGRST_APP_SETTINGS_") { continue }
            if SettingsSource.isUnused(name) {
                if isFile || ownPrefixes.contains(where: name.hasPrefix) { unused.insert(name) }
            } else if isFile || ownPrefixes.contains(where: name.hasPrefix), !SettingsSource.isOurs(name) {
                problems.append(SettingsSource.unknown(name, known: known, isFile: isFile))
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems.sorted()) }
        layers = [
            ("flag", flags), ("environment", environment), (".env file", file), ("medmitra.env", generated),
        ]
        self.unused = unused.sorted()
    }

    /// Names for our own tests and tools that are no settings of the server.
    private static func isOurs(_ name: String) -> Bool {
        ["MEDMITRA_TEST_CLUSTER", "MEDMITRA_SHARED", "MEDMITRA_BINARY", "MEDMITRA_ENV_FILE"].contains(name)
    }

    private static func isUnused(_ name: String) -> Bool {
        Setting.unused.contains { pattern in
            pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : name == pattern
        }
    }

    private static func unknown(_ name: String, known: Set<String>, isFile: Bool) -> String {
        let place = isFile ? "the .env file" : "the environment"
        let nearest = known.min { distance($0, name) < distance($1, name) }
        let hint = nearest.map { distance($0, name) <= 4 ? " Did you mean \($0)?" : "" } ?? ""
        return "\(name) in \(place) is no setting.\(hint) docs/CONFIGURATION.md lists them all."
    }

    /// Levenshtein distance; names are short.
    private static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        var row = Array(0...right.count)
        for (i, first) in left.enumerated() {
            var previous = row[0]
            row[0] = i + 1
            for (j, second) in right.enumerated() {
                let substituted = previous + (first == second ? 0 : 1)
                previous = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[right.count]
    }

    /// Values of all names with a prefix, the strongest layer's, names without it and sorted.
    func values(withPrefix prefix: String) -> [(name: String, value: String)] {
        var found: [String: String] = [:]
        for layer in layers.reversed() {
            for (name, value) in layer.values where name.hasPrefix(prefix) {
                found[String(name.dropFirst(prefix.count))] = value
            }
        }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The value of a setting and the name it was given under; empty text counts as not given, as in Supabase's
    /// example file.
    func value(of setting: Setting) -> (text: String, name: String)? {
        for layer in layers {
            for name in setting.names {
                if let text = layer.values[name], !text.isEmpty { return (text, name) }
            }
        }
        return nil
    }
}

extension SettingsSource {
    /// Whether the strongest layer that has the setting at all has it empty.
    func isGivenEmpty(_ setting: Setting) -> Bool {
        for layer in layers {
            for name in setting.names {
                if let text = layer.values[name] { return text.isEmpty }
            }
        }
        return false
    }
}

/// The `.env` format: `NAME=value` lines, `#` comments, single or double quotes around values, `export ` allowed.
public enum EnvironmentFile {
    /// Throws ``ConfigurationError`` with line numbers for lines of another form.
    public static func parse(_ text: String, name: String) throws(ConfigurationError) -> [String: String] {
        var values: [String: String] = [:]
        var problems: [String] = []
        for (index, rawLine) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            var line = rawLine.drop { $0 == " " || $0 == "\t" }
            if line.last == "\r" { line = line.dropLast() }
            if line.isEmpty || line.first == "#" { continue }
            if line.hasPrefix("export ") { line = line.dropFirst(7) }
            guard let equals = line.firstIndex(of: "="), equals > line.startIndex,
                line[..<equals].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
            else {
                problems.append("\(name), line \(index + 1): expected NAME=value")
                continue
            }
            values[String(line[..<equals])] = value(line[line.index(after: equals)...])
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        return values
    }

    private static func value(_ raw: Substring) -> String {
        if let quote = raw.first, quote == "\"" || quote == "'",
            let end = raw.dropFirst().firstIndex(of: quote)
        {
            let inner = raw[raw.index(after: raw.startIndex)..<end]
            guard quote == "\"" else { return String(inner) }
            return String(inner.replacing("\\n", with: "\n"))
        }
        // A comment begins at a `#` behind white space.
        var text = raw
        if let comment = raw.indices.first(where: { index in
            raw[index] == "#" && index > raw.startIndex && [" ", "\t"].contains(raw[raw.index(before: index)])
        }) {
            text = raw[..<comment]
        }
        while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
        return String(text)
    }
}
