internal import Gateway
internal import HTTPTypes

/// Who follows a link in a mail: a person, or a program that looks where links lead before the person does and would use
/// them up. Programs that hide themselves are not recognised; against those there is
/// ``MailConfiguration/LinkConfirmation/always``.
struct LinkVisitor: Sendable {
    let isProgram: Bool

    init(_ request: GatewayRequest) {
        self.init { name in HTTPField.Name(name).flatMap { request.headers[$0] } }
    }

    /// - Parameter header: a header's value by its name.
    init(_ header: (String) -> String?) {
        let hints = ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"].compactMap { header($0)?.lowercased() }
        let isAhead = hints.contains { hint in
            ["prefetch", "prerender", "preview"].contains { hint.contains($0) }
        }
        // A link that is an image or a frame of some page was not followed by anybody.
        let isPart = header("Sec-Fetch-Dest").map { LinkVisitor.parts.contains($0.lowercased()) } ?? false
        let agent = header("User-Agent")?.lowercased() ?? ""
        isProgram = isAhead || isPart || LinkVisitor.programs.contains { agent.contains($0) }
    }

    func mayAct(under setting: MailConfiguration.LinkConfirmation) -> Bool {
        switch setting {
        case .always: false
        case .scanners: !isProgram
        case .never: true
        }
    }

    private static let parts: Set<String> = [
        "image", "iframe", "frame", "embed", "object", "script", "style", "font", "audio", "video", "track", "manifest",
    ]

    /// Words in the names of programs that open links for others: crawlers, previews of messengers, mail scanners.
    /// A person whose browser is called so sees a page with a button.
    private static let programs = [
        "bot/", "bot;", "bot)", "bot ", "-bot", "crawler", "spider", "preview", "scanner", "slurp",
        "facebookexternalhit", "whatsapp/", "skypeuri", "google-safety", "googleimageproxy", "google-read-aloud",
        "safelinks", "ms-office", "msoffice", "microsoft office", "microsoft outlook", "barracuda", "proofpoint",
        "mimecast", "symantec", "messagelabs", "trendmicro", "trend micro", "zscaler", "sophos", "fortiguard",
        "forcepoint", "cisco-", "ironport", "urlscan", "virustotal", "phishtank", "cloudmark", "vade", "hornetsecurity",
        "yahoomailproxy", "yahoocachesystem", "embedly", "vkshare", "linkcheck", "link-check",
    ]
}
