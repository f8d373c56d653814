internal import Auth

extension Setting {
    /// Mails.
    static let authMail: [Setting] = []
}

extension ServerConfiguration {
    mutating func readAuthMail(_ reader: inout SettingsReader) {}
}
