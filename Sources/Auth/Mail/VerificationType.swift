/// What a code or link is redeemed as (contract, section 6.4).
enum VerificationType: String, Sendable, CaseIterable {
    case signUp = "signup"
    case invite
    case magicLink = "magiclink"
    case recovery
    /// Confirmation or sign-in, whichever is pending.
    case email
    case emailChange = "email_change"
    case sms
    case phoneChange = "phone_change"

    var isByPhone: Bool { self == .sms || self == .phoneChange }

    /// The tokens that serve, the first found counts.
    var kinds: [OneTimeToken.Kind] {
        switch self {
        case .signUp, .invite, .sms: [.confirmation]
        case .magicLink, .recovery: [.recovery]
        case .email: [.confirmation, .recovery]
        case .emailChange: [.emailChangeCurrent, .emailChangeNew]
        case .phoneChange: [.phoneChange]
        }
    }

    /// What it turned out to be.
    func resolved(as kind: OneTimeToken.Kind) -> VerificationType {
        guard self == .email else { return self }
        return kind == .recovery ? .magicLink : .signUp
    }

    /// How a session is authenticated that a code exchange ends with.
    var flowMethod: String {
        switch self {
        case .signUp, .email: "email/signup"
        case .invite: "invite"
        case .magicLink: "magiclink"
        case .recovery: "recovery"
        case .emailChange: "email_change"
        case .sms, .phoneChange: "otp"
        }
    }
}
