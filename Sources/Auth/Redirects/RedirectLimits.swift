/// What judging a redirect may cost: patterns times characters is the work, so both are bounded.
enum RedirectLimits {
    /// Bytes of a URL that is looked at; browsers and proxies cut longer ones off anyway.
    static let urlBytesMax = 4096
    /// Characters of a pattern of the allow-list; a longer one matches nothing.
    static let patternCharactersMax = 512
    /// Depth of braces within braces in a pattern.
    static let patternDepthMax = 8
}
