import Core
import Cryptography
import Gateway
import Testing
import Tokens

@testable import Rest

/// What PostgREST answers to tokens (`Auth/Jwt.hs`), with a secret of its own.
@Suite struct `Callers of a service with its own secret` {
    private static let secret = "a secret of the tests, long enough for HS256"
    private static let now = 1_800_000_000

    private func reader(_ adjust: (inout RestConfiguration) -> Void = { _ in }) throws -> CallerReader {
        var configuration = RestConfiguration()
        configuration.jwtSecret = Secret(Self.secret)
        adjust(&configuration)
        return try ActiveConfiguration(configuration, verifier: nil, clock: StoppedClock()).callers
    }

    private func caller(_ token: String, _ reader: CallerReader) -> Result<Caller, TokenRefusal> {
        Result { () throws(TokenRefusal) in
            try reader.caller(Credentials(key: nil, bearer: .token(token), hasAuthorizationHeader: true))
        }
    }

    private static func segment(_ text: String) -> String { Base64URL.encode(Array(text.utf8)) }

    private static func token(
        _ claims: String, header: String = #"{"alg":"HS256"}"#, secret: String = secret,
        digest: DigestAlgorithm = .sha256
    ) -> String {
        let message = segment(header) + "." + segment(claims)
        return message + "."
            + Base64URL.encode(HMAC.authenticate(Array(message.utf8), key: Array(secret.utf8), using: digest))
    }

    static let refusals: [(token: String, refusal: TokenRefusal)] = [
        ("", .empty),
        ("a.b", .partCount(2)),
        ("a.b.c.d", .partCount(4)),
        ("a.b.c", .undecodable),
        (segment("{}") + "..", .undecodable),
        (token("{}", secret: "another secret, just as long as the first"), none),
        (token("{}") + "!", .undecodable),
        (segment(#"{"alg":"HS256"}"#) + ".!." + segment("x"), .undecodable),
        (token("{}", header: #"{"alg":"HS512"}"#, digest: .sha512), unsuitable),
        (token("{}", header: #"{"alg":"RS256"}"#), unsuitable),
        (token("{}", header: #"{"alg":"EdDSA"}"#), unsuitable),
        (token("{}", header: #"{"alg":"RS256"}"#) + "!", .undecodable),
        (token("{}", header: #"{"alg":"PS256"}"#), .undecodable),
        (token("{}", header: #"{"alg":"A128KW"}"#), .undecodable),
        (token("{}", header: #"{"alg":"HS256","kid":"some"}"#), unsuitable),
        (
            segment(#"{"alg":"none"}"#) + "." + segment("{}") + ".",
            .algorithm(details: "JWT is unsecured but expected 'alg' was not 'none'")
        ),
        (token("[]"), .claimsUnreadable),
        (token("nonsense"), .claimsUnreadable),
        (token(#"{"exp":"1"}"#), .claimNotNumeric("exp")),
        (token(#"{"exp":1e30}"#), .expired),
        (token(#"{"exp":\#(now - 31)}"#), .expired),
        (token(#"{"nbf":\#(now + 31)}"#), .notYetValid),
        (token(#"{"iat":\#(now + 31)}"#), .issuedInFuture),
        (token(#"{"aud":5}"#), .audienceMalformed),
        (token(#"{"aud":["a",5]}"#), .audienceMalformed),
    ]
    private static let none = TokenRefusal.keyMismatch(details: "None of the keys was able to decode the JWT")
    private static let unsuitable = TokenRefusal.keyMismatch(
        details: "No suitable key was found to decode the JWT")

    @Test func `each refusal is upstream's`() throws {
        let reader = try reader()
        for (token, refusal) in Self.refusals {
            #expect(caller(token, reader) == .failure(refusal), "\(token)")
        }
    }

    static let roles: [(claims: String, role: String)] = [
        (#"{"role":"author"}"#, "author"), ("{}", "anon"), (#"{"role":null}"#, "anon"), (#"{"role":5}"#, "5"),
        (#"{"role":true}"#, "true"), (#"{"role":"author","sub":12,"session_id":[]}"#, "author"),
        (#"{"role":"author","exp":null,"nbf":null,"iat":null,"aud":null}"#, "author"),
        (#"{"role":"author","exp":\#(now - 29),"aud":[]}"#, "author"),
        (#"{"role":"author","nbf":\#(now + 29),"iat":\#(now + 29)}"#, "author"),
    ]

    @Test func `claims that upstream does not look at are no reason to refuse`() throws {
        let reader = try reader()
        for (claims, role) in Self.roles {
            guard case .success(let caller) = caller(Self.token(claims), reader) else {
                Issue.record("refused: \(claims)")
                continue
            }
            #expect(caller.role == role)
            #expect(try JSON(parsing: caller.claimsText)["role"]?.string == role)
        }
    }

    @Test func `a JWK with another algorithm verifies`() throws {
        let jwk = JSON.object(["kty": "oct", "k": .string(Self.segment(Self.secret)), "alg": "HS512"]).text
        let reader = try reader { $0.jwtSecret = Secret(jwk) }
        let right = Self.token(#"{"role":"author"}"#, header: #"{"alg":"HS512"}"#, digest: .sha512)
        #expect((try? caller(right, reader).get())?.role == "author")
        #expect(caller(Self.token("{}"), reader) == .failure(Self.unsuitable))
    }
}
