internal import Core
internal import HTTPTypes
internal import Postgres

/// Why a hook gave no answer that can be used, in GoTrue's words.
enum HookFault: Error, Sendable {
    /// The hook refuses, in its own words and with its own status.
    case rejected(status: Int, message: String)
    case notReachable
    case timedOut
    case timedOutAfterRetries
    case tooLarge
    case contentTypeMissing
    case contentTypeWrong
    case unavailable
    case refusedPayload
    case unauthorized
    case unexpectedStatus(Int)
    case notJSON
    case claimsMissing
    case claimsIncomplete([String])
    case badDecision
    case database(DatabaseError)

    var refusal: Refusal {
        switch self {
        case .rejected(let status, let message):
            let status = (400...599).contains(status) ? status : 500
            return Refusal(.init(code: status), status == 500 ? .unexpectedFailure : .unknown, message)
        case .timedOut:
            return Refusal(
                .unprocessableContent, .hookTimeout,
                "Failed to reach hook within maximum time of \(HookLimits.webTime.components.seconds).000000 seconds")
        case .timedOutAfterRetries:
            return Refusal(
                .unprocessableContent, .hookTimeoutAfterRetry, "Failed to reach hook after maximum retries")
        case .tooLarge:
            return Refusal(
                .unprocessableContent, .hookPayloadOverSizeLimit,
                "Payload size exceeded size limit of \(HookLimits.answer.bytes) bytes")
        case .contentTypeMissing:
            return Refusal(
                .badRequest, .hookPayloadInvalidContentType, "Invalid Content-Type: Missing Content-Type header")
        case .contentTypeWrong:
            return Refusal(
                .badRequest, .hookPayloadInvalidContentType, "Invalid JSON response: the content type is another")
        case .unavailable: return failure("Service currently unavailable due to hook")
        case .refusedPayload: return failure("Invalid payload sent to hook")
        case .unauthorized: return failure("Hook requires authorization token")
        case .unexpectedStatus(let status): return failure("Unexpected status code returned from hook: \(status)")
        case .notJSON: return failure("Error unmarshaling JSON output.")
        case .claimsMissing: return failure("output claims field is missing")
        case .claimsIncomplete(let claims):
            let lines = claims.map { "- (root): \($0) is required\n" }.joined()
            return failure("output claims do not conform to the expected schema: \n\(lines)")
        case .badDecision: return failure("The hook's decision is neither continue nor reject")
        case .notReachable, .database: return failure("Error running hook")
        }
    }

    private func failure(_ text: String) -> Refusal { Refusal(.internalServerError, .unexpectedFailure, text) }

    /// For the log: what a hook says itself may name people, so it is left out.
    var cause: String {
        switch self {
        case .rejected(let status, _): "it refused with status \(status)"
        case .notReachable: "there is no web client to reach it with"
        case .database(let error): error.logText
        default: refusal.text
        }
    }
}
