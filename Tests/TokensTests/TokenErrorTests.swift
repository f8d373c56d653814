import Core
import Cryptography
import Testing
import Tokens

@Suite struct TokenErrorTests {
    @Test(arguments: [
        (TokenError.expired(at: Workbench.now), "token is expired", "\"exp\" claim timestamp check failed"),
        (.notYetValid(before: Workbench.now), "token is not valid yet", "\"nbf\" claim timestamp check failed"),
        (.segmentCount(2), "invalid number of segments", "Invalid Compact JWS"),
        (.undecodable(.claims), "could not base64 decode claim", "Invalid Compact JWS"),
        (.notAnObject(.header), "could not JSON decode header", "JWS Protected Header is invalid"),
        (.signatureInvalid, "signature is invalid", "signature verification failed"),
        (.algorithmNotAllowed("none"), "signing method none is invalid", "value not allowed"),
        (
            .unknownKey(keyID: nil, algorithm: .es256), "unrecognized JWT kid <nil> for algorithm ES256",
            "no applicable key found"
        ),
        (.claimNotNumeric("exp"), "exp is invalid", "\"exp\" claim must be a number"),
    ])
    func `each surface gets its own words`(error: TokenError, auth: String, storage: String) {
        #expect(error.authMessage.hasPrefix("invalid JWT: unable to parse or verify signature, "))
        #expect(error.authMessage.contains(auth))
        #expect(error.storageMessage.contains(storage))
    }

    @Test func `what a stranger wrote is cut before it is repeated, and never logged`() throws {
        let name = String(repeating: "x", count: 5000)
        let header = #"{"alg":"\#(name)"}"#
        let error = #expect(throws: TokenError.self) {
            try Workbench.verifier().verify(Workbench.forge(header: header, claims: "{}"), now: Workbench.now)
        }
        #expect(error == .algorithmNotAllowed(String(name.prefix(64))))
        #expect(error?.description.contains("x") == false)
    }
}
