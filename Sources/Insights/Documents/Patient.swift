/// The person a case is about, as the doctor typed it. Its description is redacted: it may stand in a log by accident.
public struct Patient: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// As the doctor typed it.
    public var name: String
    /// Full years.
    public var age: Int
    /// As typed; the form offers Male, Female and Transgender, any text is stored.
    public var gender: String

    public init(name: String, age: Int, gender: String) {
        self.name = name
        self.age = age
        self.gender = gender
    }

    public var description: String { "<patient>" }
    public var debugDescription: String { "<patient>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The sex a reference range depends on. Unknown unless the record says it in so many words, so that no range of
/// the wrong sex is ever applied.
enum Sex: Sendable, Hashable {
    case female, male

    init?(gender: String) {
        switch gender.lowercased().filter(\.isLetter) {
        case "female", "f", "woman", "girl": self = .female
        case "male", "m", "man", "boy": self = .male
        default: return nil
        }
    }
}

extension Patient {
    var sex: Sex? { Sex(gender: gender) }
}
