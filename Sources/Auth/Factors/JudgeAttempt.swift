internal import Core
internal import Gateway

/// What the hook `mfa_verification_attempt` decides about an answer to a challenge.
enum AttemptVerdict: Sendable {
    case proceed
    /// All sessions of the user end, and the text is shown.
    case reject(String)
}

extension Endpoints {
    /// Asks whether an answer, right or wrong, is to count. It is called once for each, outside of any transaction.
    /// Without a hook all do.
    func judgeAttempt(_ attempt: FactorAttempt, isValid: Bool) async throws -> AttemptVerdict {
        guard hooks.isEnabled(.mfaVerificationAttempt) else { return .proceed }
        let answer = try await hooks.call(
            .mfaVerificationAttempt,
            [
                "user_id": .string(attempt.owner.user.id), "factor_id": .string(attempt.factor.id),
                "factor_type": .string(attempt.factor.kind.rawValue), "valid": .bool(isValid),
            ], address: attempt.request.keptAddress)
        guard try isRejection(answer, by: .mfaVerificationAttempt) else { return .proceed }
        return .reject(message(of: answer, or: "Further MFA verification attempts will be rejected."))
    }
}
