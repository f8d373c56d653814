internal import Core
internal import Cryptography
internal import QRCode

/// A new secret with everything an authenticator app may want to read it from.
struct TOTPEnrollment: Sendable {
    let secret: Secret<String>
    /// `otpauth://totp/issuer:account?…`, the form that Google's authenticator introduced and all others read.
    let uri: Secret<String>
    private let picture: QRSymbol

    /// Nil if the names are too long to be scanned.
    init?(issuer: String, account: String, secret: String = Base32.encode(SecureRandom.bytes(FactorLimits.secretBytes)))
    {
        // A colon separates issuer and account, so one inside either is encoded like everything else.
        let uri =
            "otpauth://totp/\(PercentEncoding.encode(issuer)):\(PercentEncoding.encode(account))?"
            + PercentEncoding.form([
                ("algorithm", "SHA1"), ("digits", String(TOTP.digits)), ("issuer", issuer),
                ("period", String(TOTP.period)), ("secret", secret),
            ])
        guard let picture = QRSymbol(uri) else { return nil }
        self.picture = picture
        self.secret = Secret(secret)
        self.uri = Secret(uri)
    }

    /// What the user is shown, once.
    var json: JSON {
        ["qr_code": .string(picture.svg), "secret": .string(secret.reveal()), "uri": .string(uri.reveal())]
    }
}
