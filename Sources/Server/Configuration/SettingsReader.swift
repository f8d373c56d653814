internal import Core

/// Reads settings by name and collects what is wrong with them.
struct SettingsReader {
    private let source: SettingsSource
    private var problems: [String] = []
    private static let table = Dictionary(uniqueKeysWithValues: Setting.all.map { ($0.name, $0) })

    init(_ source: SettingsSource) { self.source = source }

    func finish() throws(ConfigurationError) {
        guard problems.isEmpty else { throw ConfigurationError(problems) }
    }

    /// `PGRST_APP_SETTINGS_NAME=value` becomes the setting `app.settings.name` of every transaction.
    var applicationSettings: [(name: String, value: Secret<String>)] {
        source.values(withPrefix: "PGRST_APP_SETTINGS_").map { name, value in
            ("app.settings." + name.lowercased(), Secret(value))
        }
    }

    /// Whether the setting was given as empty text, which elsewhere counts as not given.
    func isGivenEmpty(_ name: String) -> Bool {
        guard let setting = SettingsReader.table[name] else { preconditionFailure("no setting \(name) in the table") }
        return source.isGivenEmpty(setting)
    }

    mutating func complain(_ name: String, _ text: String) { problems.append("\(name): \(text)") }

    mutating func text(_ name: String) -> String? {
        guard let (setting, text, given) = value(name) else { return nil }
        if case .oneOf(let allowed) = setting.kind, !allowed.contains(text) {
            refuse(given, setting)
            return nil
        }
        return text
    }

    mutating func secret(_ name: String) -> Secret<String>? { value(name).map { Secret($0.text) } }

    /// A secret that may stand in a file, `@path`, where it is given under a name with `prefix`; elsewhere an at sign is
    /// a character like any other.
    mutating func secret(_ name: String, inFileUnder prefix: String) -> Secret<String>? {
        guard let (_, text, given) = value(name) else { return nil }
        guard given.hasPrefix(prefix), let reference = FileReference(text) else { return Secret(text) }
        guard let contents = reference.read() else {
            // Not which: it may be a secret that begins with an at sign.
            problems.append("\(given) begins with @ and names no file that can be read")
            return nil
        }
        return Secret(contents)
    }

    mutating func integer(_ name: String) -> Int? {
        guard let (setting, text, given) = value(name) else { return nil }
        guard case .integer(let range) = setting.kind, let number = Int(text), range.contains(number) else {
            refuse(given, setting)
            return nil
        }
        return number
    }

    mutating func flag(_ name: String) -> Bool? {
        guard let (setting, text, given) = value(name) else { return nil }
        switch text.lowercased() {
        case "true", "1", "yes", "on": return true
        case "false", "0", "no", "off": return false
        default:
            refuse(given, setting)
            return nil
        }
    }

    mutating func list(_ name: String) -> [String]? {
        value(name).map { value in
            value.text.split(separator: ",").map { part in
                part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed().map(String.init).joined()
            }
        }?.filter { !$0.isEmpty }
    }

    mutating func url(_ name: String) -> String? {
        guard let (setting, text, given) = value(name) else { return nil }
        let host = ["http://", "https://"].first(where: text.hasPrefix).map { text.dropFirst($0.count) }
        guard let host, let first = host.first, first != "/", !text.contains(where: \.isWhitespace) else {
            refuse(given, setting)
            return nil
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    /// Seconds, or Go's syntax.
    mutating func duration(_ name: String) -> Duration? {
        guard let (setting, text, given) = value(name) else { return nil }
        guard let duration = SettingsReader.duration(text) else {
            refuse(given, setting)
            return nil
        }
        return duration
    }

    static func duration(_ text: String) -> Duration? {
        if let seconds = Int(text) { return (0...315_360_000).contains(seconds) ? .seconds(seconds) : nil }
        var total = Duration.zero
        var digits = ""
        var unit = ""
        var parts: [(Int, String)] = []
        for character in text {
            if character.isASCII, character.isNumber {
                if !unit.isEmpty {
                    guard let number = Int(digits) else { return nil }
                    parts.append((number, unit))
                    (digits, unit) = ("", "")
                }
                digits.append(character)
            } else {
                unit.append(character)
            }
        }
        guard let number = Int(digits), !unit.isEmpty else { return nil }
        parts.append((number, unit))
        for (number, unit) in parts {
            guard number <= 315_360_000 else { return nil }
            switch unit {
            case "ms": total += .milliseconds(number)
            case "s": total += .seconds(number)
            case "m": total += .seconds(number * 60)
            case "h": total += .seconds(number * 3600)
            default: return nil
            }
        }
        return total
    }

    /// The message names the setting as it was given and what is allowed, never the value: it may be a secret.
    private mutating func refuse(_ given: String, _ setting: Setting) {
        problems.append("\(given) must be \(setting.kind.wording)")
    }

    private func value(_ name: String) -> (setting: Setting, text: String, given: String)? {
        guard let setting = SettingsReader.table[name] else { preconditionFailure("no setting \(name) in the table") }
        return source.value(of: setting).map { (setting, $0.text, $0.name) }
    }
}
