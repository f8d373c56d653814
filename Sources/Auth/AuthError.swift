internal import Core
internal import Postgres
internal import Tokens

/// Why the auth service refuses. Cases carry facts; ``code``, ``status`` and ``text`` say them in GoTrue's words.
enum AuthError: Error, Sendable {
    // Requests
    case badJSON(reason: String)
    /// Malformed input; the text is for the developer who reads it.
    case invalid(String)
    case invalidPathID(name: String)
    case weakPassword(WeakPassword)
    // Bearer
    case bearerMissing
    case token(TokenError)
    case claim(BadClaim)
    case notAdmin
    case appMetadataNeedsAdmin
    case bearerUserMissing
    case bearerSessionMissing
    case bearerSessionExpired
    case bearerUserBanned
    case audienceMismatch
    // Sign-up
    case signUpDisabled
    case anonymousDisabled
    case emailDisabled(Occasion)
    case phoneDisabled(Occasion)
    case userAlreadyExists
    case mailTooSoon(seconds: Int)
    case mailFailed(Mail.Kind, cause: String)
    // Sign-in
    case unsupportedGrant
    case invalidCredentials
    case userBanned
    case emailNotConfirmed
    // Refresh
    case refreshTokenMalformed
    case refreshTokenNotFound
    case refreshTokenUsed
    case refreshUserBanned
    case refreshSessionMissing
    case refreshSessionExpired(SessionExpiry)
    case refreshContention
    // Users
    case userNotFound
    case emailExists
    case phoneExists
    case samePassword
    case currentPasswordRequired
    case currentPasswordInvalid
    case ssoManaged
    case insufficientAAL
    /// A refusal in fixed words, declared beside the flow that gives it.
    case refused(Refusal)
    /// Answered in the words of OAuth 2.0 (RFC 6749, section 5.2): status 400 unless told otherwise.
    case oauth(OAuthFault)
    // Ours
    case database(DatabaseError, during: Step)
    case overloaded
    case failed(cause: String)

    /// Which claim of a verified token does not do.
    enum BadClaim: Sendable {
        case subjectMissing
        case subjectNotUUID
        case sessionNotUUID
    }

    /// The same refusal has another status at another place.
    enum Occasion: Sendable { case signUp, signIn }

    /// What was being done when the database refused; it makes GoTrue's generic text.
    enum Step: Sendable { case savingUser, updatingUser, issuingSession, reading, signingOut, deletingUser }
}
