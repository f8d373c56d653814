internal import Core

/// What a password must be like.
struct PasswordPolicy: Sendable {
    let lengthMin: Int
    let characterSets: [String]

    init(_ configuration: AuthConfiguration) {
        lengthMin = configuration.passwordLengthMin
        characterSets = configuration.passwordCharacterSets
    }

    /// Throws `.invalid` for a password that bcrypt would cut.
    static func checkLength(of password: String) throws(AuthError) {
        guard password.utf8.count <= AuthLimits.passwordBytesMax else {
            throw .invalid("Password cannot be longer than \(AuthLimits.passwordBytesMax) characters")
        }
    }

    /// What is weak about a password; nil when nothing is.
    func weakness(of password: String, isBreached: Bool = false) -> WeakPassword? {
        var reasons: [WeakPassword.Reason] = []
        if password.utf8.count < lengthMin { reasons.append(.length(lengthMin)) }
        let missing = characterSets.contains { set in !password.contains { set.contains($0) } }
        if missing { reasons.append(.characters(characterSets)) }
        if isBreached { reasons.append(.pwned) }
        return reasons.isEmpty ? nil : WeakPassword(reasons: reasons)
    }
}

/// Why a password is weak.
struct WeakPassword: Sendable, Hashable {
    enum Reason: Sendable, Hashable {
        /// Shorter than this many bytes.
        case length(Int)
        /// No character of one of these sets.
        case characters([String])
        /// Known from a public breach.
        case pwned

        var code: String {
            switch self {
            case .length: "length"
            case .characters: "characters"
            case .pwned: "pwned"
            }
        }

        var text: String {
            switch self {
            case .length(let min): "Password should be at least \(min) characters."
            case .characters(let sets):
                "Password should contain at least one character of each: \(sets.joined(separator: ", "))."
            case .pwned: "Password is known to be weak and easy to guess, please choose a different one."
            }
        }
    }

    let reasons: [Reason]

    var text: String { reasons.map(\.text).joined(separator: " ") }
    var reasonsJSON: JSON { ["reasons": .array(reasons.map { .string($0.code) })] }
    /// How a successful sign-in reports it.
    var json: JSON {
        ["message": .string(text), "reasons": .array(reasons.map { .string($0.code) })]
    }
}
