internal import Auth

extension Setting {
    /// Second factors and passkeys.
    static let authFactors: [Setting] = []
}

extension ServerConfiguration {
    mutating func readAuthFactors(_ reader: inout SettingsReader) {}
}
