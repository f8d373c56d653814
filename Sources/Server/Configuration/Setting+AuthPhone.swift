internal import Auth

extension Setting {
    /// Text messages.
    static let authPhone: [Setting] = []
}

extension ServerConfiguration {
    mutating func readAuthPhone(_ reader: inout SettingsReader) {}
}
