/// Somebody trying to prove who they are with something that can be guessed.
struct Attempt: Sendable {
    enum Kind: String, Sendable {
        /// A password.
        case password
        /// A one-time code of a mail or a text message.
        case code
        /// A code of a second factor.
        case factor

        /// Codes are short and compared in no time, so that a thousand guesses sent at once would all be looked at
        /// before the first is noted: they are counted before they are looked at. Passwords are not, because many sign
        /// in at once with the right one, and hashing lets only so many guesses through at a time.
        var isCountedInAdvance: Bool { self != .password }

        var policy: AttemptPolicy {
            switch self {
            case .password: AttemptPolicy(free: 10, delayMax: .seconds(60))
            case .code, .factor: AttemptPolicy(free: 5, delayMax: .seconds(300))
            }
        }
    }

    let kind: Kind
    /// The account as it was named, whether it exists or not: address, number or id.
    let account: String
    /// Where it is tried from.
    let address: String
}

/// How wrong attempts slow down the next: `free` of them cost nothing, each further one doubles the wait, from a second
/// up to `delayMax`. Nobody waits longer, and after a day everything is forgotten.
struct AttemptPolicy: Sendable, Hashable {
    let free: Int
    let delayMax: Duration
}

/// The rows of an attempt. Addresses from which the account was signed in to before have a count of their own: strangers
/// who guess cannot keep its owner out.
struct AttemptKeys: Sendable {
    /// The count of all addresses that are not known.
    let strangers: [UInt8]
    /// The count of this address, once it is known.
    let near: [UInt8]
    /// The row that says so.
    let known: [UInt8]
}
