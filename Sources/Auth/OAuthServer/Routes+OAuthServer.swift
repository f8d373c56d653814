internal import Gateway
internal import HTTPTypes

extension Routes {
    /// The OAuth 2.1 server and its clients.
    static func oauthServer(_ table: inout RouteTable, _ endpoints: Endpoints) {}
}
