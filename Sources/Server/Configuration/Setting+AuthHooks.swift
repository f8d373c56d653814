internal import Auth

extension Setting {
    /// Hooks.
    static let authHooks: [Setting] = []
}

extension ServerConfiguration {
    mutating func readAuthHooks(_ reader: inout SettingsReader) {}
}
