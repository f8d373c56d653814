internal import Core
internal import Cryptography
internal import Gateway
internal import HummingbirdCore
internal import Postgres

/// `POST /verify` (contract, section 6.4): a code or a link's token for a session.
extension Endpoints {
    func verify(_ request: GatewayRequest) async throws -> Response {
        // The page that ``LinkVisitor`` is about posts a form; clients post JSON, whatever they call it.
        if request.mediaType == "application/x-www-form-urlencoded" {
            let bytes = try await request.bytes(limit: AuthLimits.body)
            if bytes.first(where: { $0 > 0x20 }) != UInt8(ascii: "{") {
                return try await followLink(try LinkForm(form: bytes), request)
            }
            return try await verify(Fields(try Endpoints.object(bytes)), request)
        }
        return try await verify(try await Fields(request), request)
    }

    private static func object(_ bytes: [UInt8]) throws -> JSONObject {
        let json: JSON
        do throws(JSONError) { json = try JSON(parsing: bytes) } catch { throw BodyError.notJSON(error) }
        guard let object = json.object else { throw AuthError.badJSON(reason: "a JSON object is expected") }
        return object
    }

    private func verify(_ fields: Fields, _ request: GatewayRequest) async throws -> Response {
        let now = clock.now()
        let presentation = try presentation(try VerifyForm(fields), request, now: now)
        if let attempt = presentation.attempt { try await checkAttempts(attempt) }
        let done = try await redeeming {
            try await database.transaction { transaction -> (redeemed: Redeemed, grant: Grant)? in
                guard let redeemed = try await redeem(presentation, request, in: transaction, now: now) else {
                    return nil
                }
                return (redeemed, try await open(redeemed, presentation, request, in: transaction, now: now))
            }
        }
        guard let (redeemed, grant) = done else {
            return .json(["msg": .string(Endpoints.halfChangeText), "code": "200"])
        }
        await tellOfChange(redeemed)
        return try await answer(grant, method: "otp", now: now)
    }

    /// Does what a redeemed token does and signs its user in.
    func open(
        _ redeemed: Redeemed, _ presentation: Presentation, _ request: GatewayRequest, in transaction: Transaction,
        now: Timestamp
    ) async throws -> Grant {
        let opening = opening(userID: redeemed.userID, method: "otp", request, now: now)
        let results = try await transaction.run(redeemed.statements + opening.statements)
        guard let grant = try opening.opened(results) else { throw AuthError.refused(presentation.refusal) }
        return grant
    }

    /// An address that somebody else took while a change to it was pending is refused as taken.
    func redeeming<Answer: Sendable>(_ body: () async throws -> Answer) async throws -> Answer {
        do {
            return try await body()
        } catch let error as DatabaseError {
            throw error.takenAddress ?? AuthError.database(error, during: .updatingUser)
        }
    }

    private func presentation(
        _ form: VerifyForm, _ request: GatewayRequest, now: Timestamp
    ) throws(AuthError) -> Presentation {
        switch form.proof {
        case .link(let token):
            guard let type = VerificationType(rawValue: form.type), !type.isByPhone else {
                throw .invalid("Invalid email verification type")
            }
            return Presentation(type: type, token: .link(token), refusal: .linkInvalid)
        case .mailed(let code, let address):
            // A type that is none, or one for numbers, has no code with an address: as wrong as any other.
            guard let type = VerificationType(rawValue: form.type), !type.isByPhone else {
                throw .refused(.codeInvalid)
            }
            return Presentation(
                type: type, token: .code(code, address: address, audience: configuration.audience),
                attempt: attempt(.code, account: address, request), refusal: .codeInvalid)
        case .texted(let code, let phone):
            guard let type = VerificationType(rawValue: form.type), type.isByPhone else {
                throw .refused(.codeInvalid)
            }
            let fixed = configuration.phone.testCode(of: phone, at: now)
            return Presentation(
                type: type, token: .code(code, address: phone, audience: configuration.audience),
                fixedCodePhone: fixed.map { constantTimeEqual($0, code) } == true ? phone : nil,
                attempt: attempt(.code, account: phone, request), refusal: .codeInvalid)
        }
    }
}

/// The body of `POST /verify`.
private struct VerifyForm: Sendable {
    enum Proof: Sendable {
        /// What a link carries.
        case link(String)
        /// A code and the address, in lower case.
        case mailed(code: String, address: String)
        /// A code and the number's digits.
        case texted(code: String, phone: String)
    }

    let type: String
    let proof: Proof

    init(_ fields: Fields) throws(AuthError) {
        guard let type = try fields.filledText("type") else {
            throw .invalid("Verify requires a verification type")
        }
        self.type = type
        let email = try fields.filledText("email")
        let phone = try fields.filledText("phone")
        switch (try fields.filledText("token"), try fields.filledText("token_hash")) {
        case (nil, nil), (.some, .some): throw .invalid("Verify requires either a token or a token hash")
        case (nil, let hash?):
            guard email == nil, phone == nil, try fields.filledText("redirect_to") == nil else {
                throw .invalid("Only the token_hash and type should be provided")
            }
            proof = .link(hash)
        case (let code?, nil):
            switch (email, phone) {
            case (let email?, nil):
                do throws(AuthError) {
                    proof = .mailed(code: code, address: try EmailAddress(email).text)
                } catch {
                    throw .refused(.emailMalformed)
                }
            case (nil, let phone?): proof = .texted(code: code, phone: try PhoneNumber(phone).digits)
            default: throw .invalid("Only an email address or phone number should be provided on verify")
            }
        }
    }
}
