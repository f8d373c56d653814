/// Decides where links and redirects may lead (contract, section 6.6). Whatever is not understood is refused.
struct RedirectPolicy: Sendable {
    /// Where everything leads that may not go elsewhere.
    let siteURL: String
    private let site: RedirectPlace?
    private let patterns: [RedirectGlob]

    init(_ configuration: RedirectConfiguration) {
        siteURL = configuration.siteURL
        site = RedirectPlace(configuration.siteURL)
        patterns = configuration.allowList.compactMap { RedirectGlob($0) }
    }

    /// The first allowed one of several, else the app's own URL.
    func target(among candidates: [String?]) -> String {
        candidates.lazy.compactMap(\.self).first(where: allows) ?? siteURL
    }

    func allows(_ url: String) -> Bool {
        guard !url.isEmpty, url.utf8.count <= RedirectLimits.urlBytesMax,
            // Browsers drop some of these characters and turn backslashes into slashes: what was judged would not be
            // where they go.
            url.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }),
            let place = RedirectPlace(url), !RedirectPolicy.runningSchemes.contains(place.scheme)
        else { return false }
        if place.isWeb {
            guard !place.hasUserInfo, place.host?.isEmpty == false, place.isPortPlausible, place.areEscapesWhole else {
                return false
            }
        }
        if isSameSite(place) { return true }
        if place.isHostAllDigits { return false }
        if let isLoopback = place.isLoopbackAddress {
            // Native apps listen on a port of their own of this machine (RFC 8252, section 7.3).
            if place.isWeb || !isLoopback { return isLoopback }
        }
        if place.isWeb {
            guard place.isHostPlain, !place.isHostNumeric else { return false }
        }
        let judged = url.prefix { $0 != "#" }
        return patterns.contains { $0.matches(judged) }
    }

    private func isSameSite(_ place: RedirectPlace) -> Bool {
        guard let site, site.host == place.host, site.scheme == place.scheme else { return false }
        return site.port == place.port || place.host == "localhost" || place.isLoopbackAddress == true
    }

    /// Schemes that run or show what the URL itself holds, or read this machine: never a place to go back to.
    static let runningSchemes: Set<String> = [
        "javascript", "data", "vbscript", "file", "blob", "filesystem", "about", "view-source",
    ]
}
