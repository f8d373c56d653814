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
    init?(scanning payload: [UInt8], rules: ClaimRules = .own) throws(TokenError) {
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
        role = try RegisteredClaims.text(found[0], in: payload, "role", rules)
        subject = try RegisteredClaims.text(found[1], in: payload, "sub", rules)
        sessionID = try RegisteredClaims.text(found[2], in: payload, "session_id", rules)
        switch found[3]?.kind {
        case .text: audience = found[3].map { .string(RegisteredClaims.string($0.range, in: payload)) }
        case .other, .number, .null: return nil
        case nil: audience = nil
        }
        expiresAt = try RegisteredClaims.time(found[4], in: payload, "exp", rules)
        notBefore = try RegisteredClaims.time(found[5], in: payload, "nbf", rules)
        issuedAt = try RegisteredClaims.time(found[6], in: payload, "iat", rules)
    }

    /// Throws for claims of another kind than they must be.
    init(_ claims: JSONObject, rules: ClaimRules = .own) throws(TokenError) {
        role = try RegisteredClaims.text(claims["role"], "role", rules)
        subject = try RegisteredClaims.text(claims["sub"], "sub", rules)
        sessionID = try RegisteredClaims.text(claims["session_id"], "session_id", rules)
        audience = claims["aud"]
        expiresAt = try RegisteredClaims.time(claims["exp"], "exp", rules)
        notBefore = try RegisteredClaims.time(claims["nbf"], "nbf", rules)
        issuedAt = try RegisteredClaims.time(claims["iat"], "iat", rules)
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

    private static func text(
        _ value: ClaimScanner.Value?, in payload: [UInt8], _ name: String, _ rules: ClaimRules
    ) throws(TokenError) -> String? {
        switch value?.kind {
        case nil, .null: return nil
        case .text: return value.map { string($0.range, in: payload) }
        case .number, .other:
            if rules == .own { throw .claimNotText(name) }
            return nil
        }
    }

    private static func text(_ claim: JSON?, _ name: String, _ rules: ClaimRules) throws(TokenError) -> String? {
        guard let claim, !claim.isNull else { return nil }
        if rules == .own, claim.string == nil { throw .claimNotText(name) }
        return claim.string
    }

    private static func time(
        _ value: ClaimScanner.Value?, in payload: [UInt8], _ name: String, _ rules: ClaimRules
    ) throws(TokenError) -> Timestamp? {
        guard let value else { return nil }
        if rules == .foreign, case .null = value.kind { return nil }
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
    /// not an absent claim, or a token could live for ever by a slip of its maker; only foreign ones may be null.
    private static func time(_ claim: JSON?, _ name: String, _ rules: ClaimRules) throws(TokenError) -> Timestamp? {
        guard let claim, !(claim.isNull && rules == .foreign) else { return nil }
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
