internal import Gateway
internal import HTTPTypes

extension Routes {
    /// One-time codes and links by mail and text message, and the admin's links.
    static func mailAndPhone(_ table: inout RouteTable, _ endpoints: Endpoints) {
        table.on(.post, "/otp") { try await endpoints.passwordless($0) }
        table.on(.post, "/magiclink") { try await endpoints.magicLink($0) }
        table.on(.post, "/recover") { try await endpoints.recover($0) }
        table.on(.post, "/resend") { try await endpoints.resend($0) }
        table.on(.get, "/reauthenticate") { try await endpoints.reauthenticate($0, by: try await endpoints.user($0)) }
        table.on(.get, "/verify") { try await endpoints.verifyLink($0) }
        table.on(.head, "/verify") { try await endpoints.previewLink($0) }
        table.on(.post, "/verify") { try await endpoints.verify($0) }
        table.on(.post, "/invite") { try await endpoints.invite($0, by: try await endpoints.admin($0)) }
        table.on(.post, "/admin/generate_link") {
            try await endpoints.generateLink($0, by: try await endpoints.admin($0))
        }
    }
}
