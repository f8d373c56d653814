internal import Auth

extension Setting {
    /// The OAuth 2.1 server.
    static let authOAuthServer: [Setting] = []
}

extension ServerConfiguration {
    mutating func readAuthOAuthServer(_ reader: inout SettingsReader) {}
}
