internal import Auth

extension Setting {
    /// External providers and redirects.
    static let authExternal: [Setting] = []
}

extension ServerConfiguration {
    mutating func readAuthExternal(_ reader: inout SettingsReader) {}
}
