/// What is limited together (contract, section 7): requests of one client address, or what leaves the house in all.
public enum RateFamily: String, Sendable, Hashable, CaseIterable {
    /// `POST /token`, whatever the grant.
    case token
    /// `GET` and `POST /verify`.
    case verify
    case signUp
    /// Sign-ups without an address, counted beside ``signUp``.
    case anonymousSignUp
    case otp
    case magicLink
    case recover
    case resend
    /// `PUT /user`
    case updateUser
    /// Challenges of second factors and answers to them.
    case factor
    case sso
    /// Assertions of SAML providers.
    case assertion
    case web3
    case passkey
    /// Registrations of OAuth clients.
    case clientRegistration
    /// Mails in all.
    case mail
    /// Text messages in all.
    case textMessage
}
