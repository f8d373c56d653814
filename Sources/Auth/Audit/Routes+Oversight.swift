internal import Gateway
internal import HTTPTypes

extension Routes {
    /// What the operator looks at.
    static func oversight(_ table: inout RouteTable, _ endpoints: Endpoints) {}
}
