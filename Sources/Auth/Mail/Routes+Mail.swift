internal import Gateway
internal import HTTPTypes

extension Routes {
    /// One-time codes and links by mail and text message, and the admin's links.
    static func mailAndPhone(_ table: inout RouteTable, _ endpoints: Endpoints) {}
}
