internal import Core
internal import Gateway
internal import HTTPTypes

extension Endpoints {
    /// Passes a request whose captcha token the provider takes, and everybody with an admin's bearer. Answers with the
    /// request to go on with, since reading the token reads the body.
    func checkCaptcha(_ request: GatewayRequest) async throws -> GatewayRequest {
        guard let captcha = configuration.throttling.captcha, Captcha.guards(request) else { return request }
        if await isAdmin(request) { return request }
        let bytes = try await request.bytes(limit: AuthLimits.body)
        let token = try Captcha.token(in: bytes)
        guard !token.isEmpty else { throw AuthError.refused(Captcha.refusal("no captcha_token found")) }
        try await verify(token, by: captcha, request)
        return request.replacingBody(with: bytes)
    }

    private func isAdmin(_ request: GatewayRequest) async -> Bool {
        // Whatever is wrong with the bearer, it is not an admin's: the token is asked for then.
        do { _ = try await admin(request) } catch { return false }
        return true
    }

    private func verify(
        _ token: String, by captcha: CaptchaConfiguration, _ request: GatewayRequest
    ) async throws(AuthError) {
        guard let web = peers.web else { throw captchaFailure("there is no web client") }
        var question = WebRequest(captcha.url)
        question.method = "POST"
        question.headers = [("content-type", "application/x-www-form-urlencoded")]
        question.body = Array(
            PercentEncoding.form([
                ("secret", captcha.secret.reveal()), ("response", token), ("remoteip", request.keptAddress ?? ""),
            ]).utf8)
        question.timeLimit = captcha.timeMax
        question.answerMax = .kibibytes(64)
        let response: WebResponse
        do throws(WebFailure) { response = try await web.send(question) } catch {
            throw captchaFailure("\(error)")
        }
        let answer: JSON
        do throws(JSONError) { answer = try JSON(parsing: response.body) } catch {
            throw captchaFailure("the provider's answer is no JSON, its status \(response.status)")
        }
        guard answer["success"]?.bool == true else {
            let codes = (answer["error-codes"]?.array ?? []).compactMap(\.string).prefix(8).map { $0.prefix(64) }
            throw .refused(Captcha.refusal(codes.joined(separator: ", ")))
        }
    }

    /// The client is refused, and the operator told why: a captcha that cannot be checked protects nothing.
    private func captchaFailure(_ cause: String) -> AuthError {
        observer.observe(.warning("captcha: \(cause)"))
        return .refused(
            Refusal(.internalServerError, .unexpectedFailure, "captcha verification process failed"))
    }
}

/// What asks for a captcha, and how it is refused.
enum Captcha {
    private static let paths: Set<String> = [
        "/signup", "/recover", "/resend", "/magiclink", "/otp", "/sso", "/passkeys/authentication/options",
    ]
    private static let guardedGrants: Set<String> = ["password", "web3"]

    /// Whether a request is one of those that people begin, and programs would begin in masses.
    static func guards(_ request: GatewayRequest) -> Bool {
        guard request.method == .post else { return false }
        if request.path == "/token" { return guardedGrants.contains(request.query["grant_type"] ?? "") }
        return paths.contains(request.path)
    }

    /// The token in `gotrue_meta_security.captcha_token`, trimmed; empty when there is none.
    static func token(in body: [UInt8]) throws -> String {
        guard body.contains(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) else { return "" }
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: body)
        } catch {
            throw AuthError.badJSON(reason: "\(error)")
        }
        let text = json["gotrue_meta_security"]?["captcha_token"]?.string ?? ""
        return String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    static func refusal(_ reason: String) -> Refusal {
        Refusal(.badRequest, .captchaFailed, "captcha protection: request disallowed (\(reason))")
    }
}
