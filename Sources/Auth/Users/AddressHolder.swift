internal import Core
internal import Postgres

/// Whose an address or number is that an account is to be made with.
enum AddressHolder: Sendable {
    case nobody
    /// The account that a sign-in finds.
    case account(User)
    /// An account that no sign-in finds, because its audience is another one; all the same there can be no second one with
    /// the address. Nothing is sent about it, and strangers hear nothing of it.
    case outsider
}

extension Endpoints {
    func holder(email: String, audience: String, in transaction: Transaction) async throws -> AddressHolder {
        try await holder(
            UserStatements.isEmailTaken(email, besides: UUIDText.zero),
            UserStatements.find(email: email, audience: audience), in: transaction)
    }

    func holder(phone: String, audience: String, in transaction: Transaction) async throws -> AddressHolder {
        try await holder(
            AdminStatements.isPhoneTaken(phone, besides: UUIDText.zero),
            UserStatements.find(phone: phone, audience: audience), in: transaction)
    }

    /// In this order: an account that is made between the two is found, and no outsider's.
    private func holder(_ isTaken: SQL, _ lookUp: SQL, in transaction: Transaction) async throws -> AddressHolder {
        let results = try await transaction.run([isTaken, lookUp])
        if let row = results.last?.first { return .account(try User(row)) }
        return try results.first?.first?.bool(0) == true ? .outsider : .nobody
    }
}
