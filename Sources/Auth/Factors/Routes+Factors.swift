internal import Gateway
internal import HTTPTypes

extension Routes {
    /// Second factors and passkeys.
    static func factors(_ table: inout RouteTable, _ endpoints: Endpoints) {
        table.on(.post, "/factors") { try await endpoints.enrollFactor($0, by: try await endpoints.factorOwner($0)) }
        table.on(.post, "/factors/:factor_id/challenge") {
            try await endpoints.challengeFactor($0, by: try await endpoints.factorOwner($0))
        }
        table.on(.post, "/factors/:factor_id/verify") {
            try await endpoints.verifyFactor($0, by: try await endpoints.factorOwner($0))
        }
        table.on(.delete, "/factors/:factor_id") {
            try await endpoints.unenrollFactor($0, by: try await endpoints.factorOwner($0))
        }

        table.on(.get, "/admin/users/:user_id/factors") {
            try await endpoints.listFactors($0, by: try await endpoints.admin($0))
        }
        table.on(.put, "/admin/users/:user_id/factors/:factor_id") {
            try await endpoints.updateFactor($0, by: try await endpoints.admin($0))
        }
        table.on(.delete, "/admin/users/:user_id/factors/:factor_id") {
            try await endpoints.deleteFactor($0, by: try await endpoints.admin($0))
        }
        passkeys(&table, endpoints)
    }

    private static func passkeys(_ table: inout RouteTable, _ endpoints: Endpoints) {
        table.on(.post, "/passkeys/authentication/options") { try await endpoints.askForPasskey($0) }
        table.on(.post, "/passkeys/authentication/verify") { try await endpoints.signInWithPasskey($0) }
        table.on(.post, "/passkeys/registration/options") {
            try await endpoints.askToRegisterPasskey($0, by: try await endpoints.passkeyRegistrant($0))
        }
        table.on(.post, "/passkeys/registration/verify") {
            try await endpoints.registerPasskey($0, by: try await endpoints.passkeyRegistrant($0))
        }
        table.on(.get, "/passkeys") { try await endpoints.listPasskeys($0, by: try await endpoints.passkeyOwner($0)) }
        table.on(.patch, "/passkeys/:passkey_id") {
            try await endpoints.renamePasskey($0, by: try await endpoints.passkeyOwner($0))
        }
        table.on(.delete, "/passkeys/:passkey_id") {
            try await endpoints.deletePasskey($0, by: try await endpoints.passkeyOwner($0))
        }

        table.on(.get, "/admin/users/:user_id/passkeys") {
            try await endpoints.listPasskeys($0, by: try await endpoints.admin($0))
        }
        table.on(.delete, "/admin/users/:user_id/passkeys/:passkey_id") {
            try await endpoints.deletePasskey($0, by: try await endpoints.admin($0))
        }
    }
}
