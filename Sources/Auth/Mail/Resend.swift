internal import Core
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `POST /resend` (contract, section 6.3). Answered alike whether or not there is an account with something pending: a
/// message's id, which GoTrue gives for text messages, would tell.
extension Endpoints {
    func resend(_ request: GatewayRequest) async throws -> Response {
        let form = try ResendForm(try await Fields(request))
        switch (form.email, form.phone) {
        case (.some, .some):
            throw AuthError.invalid("Only an email address or phone number should be provided.")
        case (let email?, nil):
            guard configuration.isEmailEnabled else { throw AuthError.refused(.emailLoginsDisabled) }
            try await resendMail(form, to: try writableAddress(email), request)
        case (nil, let phone?):
            guard configuration.phone.isEnabled else { throw AuthError.refused(.phoneLoginsDisabled) }
            let number = try PhoneNumber(phone).digits
            try await handingOverTexts { held in try await resendText(form, to: number, held, request) }
        case (nil, nil): throw AuthError.invalid("Missing email address or phone number")
        }
        return .json([:])
    }

    private func resendMail(_ form: ResendForm, to address: String, _ request: GatewayRequest) async throws {
        let order = CodeOrder(
            code: .confirmation, address: address, challenge: form.challenge, redirectTo: redirectTarget(request))
        let audience = configuration.audience
        try await countMail()
        let now = clock.now()
        let asked = CodeRequest(.mail, address: address, audience: audience, for: form.type.purpose)
        try await during(.updatingUser) {
            try await handingOver(form.type == .emailChange ? .emailChangeNew : .confirmation) { mailer in
                try await database.transaction { transaction in
                    try await take(asked, in: transaction, now: now)
                    let user = try await self.user(email: address, audience: audience, in: transaction)
                    try await mailPending(form, order, of: user, by: mailer, in: transaction, request, now: now)
                }
            }
        }
    }

    private func mailPending(
        _ form: ResendForm, _ order: CodeOrder, of user: User?, by mailer: any Mailer, in transaction: Transaction,
        _ request: GatewayRequest, now: Timestamp
    ) async throws {
        switch form.type {
        case .signUp:
            guard let user, !user.isEmailConfirmed else { break }
            try await send(
                order, to: user.id, audit: audit(.confirmationRequested, by: AuditEntry.Actor(user), request, now: now),
                by: mailer, in: transaction, now: now)
            return
        case .emailChange:
            guard let user, !user.newEmail.isEmpty else { break }
            let change = try emailChange(
                to: user.newEmail, of: user, challenge: form.challenge, redirectTo: order.redirectTo, now: now)
            try await transaction.run(change.statements)
            try await send(change.mails, by: mailer, in: transaction)
            return
        case .sms, .phoneChange: break
        }
        try await pretend(order, in: transaction, now: now)
    }

    private func resendText(
        _ form: ResendForm, to phone: String, _ held: HeldMessages?, _ request: GatewayRequest
    ) async throws {
        let audience = configuration.audience
        let now = clock.now()
        let asked = CodeRequest(.phone, address: phone, audience: audience, for: form.type.purpose)
        let user = try await during(.updatingUser) {
            try await database.transaction { transaction in
                try await take(asked, in: transaction, now: now)
                return try await self.user(phone: phone, audience: audience, in: transaction)
            }
        }
        guard let user else { return }
        let purpose: OneTimeToken.Kind
        switch form.type {
        case .sms:
            guard user.phoneConfirmedAt == nil else { return }
            purpose = .confirmation
        case .phoneChange:
            guard !user.newPhone.isEmpty else { return }
            purpose = .phoneChange
        case .signUp, .emailChange: return
        }
        let recipient = purpose == .phoneChange ? user.newPhone : phone
        let sent = try await sendText(
            to: recipient, of: user.json, channel: .sms, asked: asked, heldBy: held, request, now: now)
        try await during(.updatingUser) {
            _ = try await database.run(
                .serviceItself,
                storing(sent, for: purpose, userID: user.id, now: now)
                    + audit(.recoveryRequested, by: AuditEntry.Actor(user), request, now: now))
        }
    }
}

private struct ResendForm: Sendable {
    enum Kind: String, Sendable {
        case signUp = "signup"
        case emailChange = "email_change"
        case sms
        case phoneChange = "phone_change"

        var purpose: CodeRequest.Purpose {
            switch self {
            case .signUp, .sms: .confirmation
            case .emailChange, .phoneChange: .change
            }
        }
    }

    let type: Kind
    let email: String?
    let phone: String?
    let challenge: CodeChallenge?

    init(_ fields: Fields) throws(AuthError) {
        guard let type = Kind(rawValue: try fields.text("type") ?? "") else {
            throw .invalid("Missing one of these types: signup, email_change, sms, phone_change")
        }
        self.type = type
        email = try fields.filledText("email")
        phone = try fields.filledText("phone")
        challenge = type == .signUp || type == .emailChange ? try CodeChallenge.read(fields) : nil
        if type == .signUp, email == nil { throw .invalid("Type provided requires an email address") }
        if type == .sms, phone == nil { throw .invalid("Type provided requires a phone number") }
    }
}
