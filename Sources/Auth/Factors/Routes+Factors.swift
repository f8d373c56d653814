internal import Gateway
internal import HTTPTypes

extension Routes {
    /// Second factors and passkeys.
    static func factors(_ table: inout RouteTable, _ endpoints: Endpoints) {}
}
