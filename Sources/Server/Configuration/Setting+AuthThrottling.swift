internal import Auth

extension Setting {
    /// Rate limits and captcha.
    static let authThrottling: [Setting] = []
}

extension ServerConfiguration {
    mutating func readAuthThrottling(_ reader: inout SettingsReader) {}
}
