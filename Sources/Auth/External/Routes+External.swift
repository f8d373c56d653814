internal import Gateway
internal import HTTPTypes

extension Routes {
    /// Sign-in with other providers, identities and the exchange of codes.
    static func external(_ table: inout RouteTable, _ endpoints: Endpoints) {}
}
