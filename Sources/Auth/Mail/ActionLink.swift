internal import Core

/// The link of a mail: token, type and where to go afterwards, in this order (contract, section 6.12).
struct ActionLink: Sendable {
    let url: Secret<String>

    /// - Parameter type: as `GET /verify` takes it: `signup`, `recovery`, …
    init(_ redirects: RedirectConfiguration, token: String, type: String, redirectTo: String) {
        url = Secret(
            "\(redirects.serviceURL)/verify?token=\(PercentEncoding.encode(token))&type=\(type)"
                + "&redirect_to=\(PercentEncoding.encode(redirectTo))")
    }
}
