internal import Core

/// The claims that every service looks at. They are read without building the others: an access token carries a user's
/// metadata, which hardly any request needs.
struct RegisteredClaims: Sendable, Equatable {
    private(set) var role: String?
    private(set) var subject: String?
    private(set) var sessionID: String?
    /// The claim `aud` as it is: a text, a list of them, or what it should not be.
    private(set) var audience: JSON?
    private(set) var expiresAt: Timestamp?
    private(set) var notBefore: Timestamp?
    private(set) var issuedAt: Timestamp?

    /// The names, in the order of their places.
    private static let names: [[UInt8]] = ["role", "sub", "session_id", "aud", "exp", "nbf", "iat"].map {
        Array($0.utf8)
    }

    /// Nil when a scan cannot decide and the parser must. Throws as ``init(_:)`` does.
    init?(scanning payload: [UInt8], demandsTexts: Bool = true) throws(TokenError) {
        var found: [7 of ClaimScanner.Value?] = .init(repeating: nil)
        var isPlain = true
        var scanner = ClaimScanner(payload, depthMax: TokenLimits.claimsDepthMax)
        let isObject = scanner.scan { name, value in
            guard let place = RegisteredClaims.place(of: name) else { return }
            // Of a repeated name the last counts; that is left to the parser.
            if found[place] != nil { isPlain = false }
            found[place] = value
        }
        guard isObject, isPlain else { return nil }
        role = try RegisteredClaims.text(found[0], in: payload, demandsTexts ? "role" : nil)
        subject = try RegisteredClaims.text(found[1], in: payload, demandsTexts ? "sub" : nil)
        sessionID = try RegisteredClaims.text(found[2], in: payload, demandsTexts ? "session_id" : nil)
        switch found[3]?.kind {
        case .text: audience = found[3].map { .string(RegisteredClaims.string($0.range, in: payload)) }
        case .other, .number, .null: return nil
        case nil: audience = nil
        }
        expiresAt = try RegisteredClaims.time(found[4], in: payload, "exp")
        notBefore = try RegisteredClaims.time(found[5], in: payload, "nbf")
        issuedAt = try RegisteredClaims.time(found[6], in: payload, "iat")
    }

    /// Throws for claims of another kind than they must be; without `demandsTexts` what should be a text and is none
    /// counts as absent.
    init(_ claims: JSONObject, demandsTexts: Bool = true) throws(TokenError) {
        role = try RegisteredClaims.text(claims["role"], demandsTexts ? "role" : nil)
        subject = try RegisteredClaims.text(claims["sub"], demandsTexts ? "sub" : nil)
        sessionID = try RegisteredClaims.text(claims["session_id"], demandsTexts ? "session_id" : nil)
        audience = claims["aud"]
        expiresAt = try RegisteredClaims.time(claims["exp"], "exp")
        notBefore = try RegisteredClaims.time(claims["nbf"], "nbf")
        issuedAt = try RegisteredClaims.time(claims["iat"], "iat")
    }

    private static func place(of name: Span<UInt8>) -> Int? {
        // Lengths first: most names differ in them, and none of ours has another.
        switch name.count {
        case 3:
            for place in [1, 3, 4, 5, 6] where isEqual(name, names[place]) { return place }
            return nil
        case 4: return isEqual(name, names[0]) ? 0 : nil
        case 10: return isEqual(name, names[2]) ? 2 : nil
        default: return nil
        }
    }

    private static func isEqual(_ name: Span<UInt8>, _ known: [UInt8]) -> Bool {
        for index in name.indices where name[index] != known[index] { return false }
        return true
    }

    private static func string(_ range: Range<Int>, in payload: [UInt8]) -> String {
        String(decoding: payload[range], as: UTF8.self)
    }

    // MARK: Kinds

    /// `name` is for the error, nil for none.
    private static func text(
        _ value: ClaimScanner.Value?, in payload: [UInt8], _ name: String?
    ) throws(TokenError) -> String? {
        switch value?.kind {
        case nil, .null: return nil
        case .text: return value.map { string($0.range, in: payload) }
        case .number, .other:
            if let name { throw .claimNotText(name) }
            return nil
        }
    }

    private static func text(_ claim: JSON?, _ name: String?) throws(TokenError) -> String? {
        guard let claim, !claim.isNull else { return nil }
        if let name, claim.string == nil { throw .claimNotText(name) }
        return claim.string
    }

    private static func time(
        _ value: ClaimScanner.Value?, in payload: [UInt8], _ name: String
    ) throws(TokenError) -> Timestamp? {
        guard let value else { return nil }
        guard case .number = value.kind else { throw .claimNotNumeric(name) }
        // Seconds since 1970 have ten digits until the year 2286; everything else takes the general way.
        if value.range.count <= 11, let seconds = plainNumber(payload[value.range]) {
            return Timestamp(seconds: seconds)
        }
        return try time(string(value.range, in: payload), name)
    }

    private static func plainNumber(_ digits: ArraySlice<UInt8>) -> Int? {
        var number = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return number
    }

    /// A NumericDate (RFC 7519, section 2): seconds, perhaps with a fraction. A time as text, or null, is an error and
    /// not an absent claim, or a token could live for ever by a slip of its maker.
    private static func time(_ claim: JSON?, _ name: String) throws(TokenError) -> Timestamp? {
        guard let claim else { return nil }
        guard case .number(let text) = claim else { throw .claimNotNumeric(name) }
        return try time(text, name)
    }

    private static func time(_ text: String, _ name: String) throws(TokenError) -> Timestamp {
        guard let seconds = Double(text), seconds.isFinite, abs(seconds) <= TokenLimits.secondsMax else {
            throw .claimOutOfRange(name)
        }
        return Timestamp(microseconds: Int64((seconds * 1_000_000).rounded()))
    }
}
