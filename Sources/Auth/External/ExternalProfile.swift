internal import Core

/// Who signed in at a provider, in the shape that identities have whatever the provider (contract, section 3).
struct ExternalProfile: Sendable {
    struct Email: Sendable, Hashable {
        /// Lower case.
        let address: String
        let isVerified: Bool
        let isPrimary: Bool
    }

    let subject: String
    let emails: [Email]
    /// What becomes the identity's data.
    private(set) var claims: JSONObject

    /// The address that stands for the person: the primary one, else a verified one, else any.
    var email: Email? { emails.first(where: \.isPrimary) ?? emails.first(where: \.isVerified) ?? emails.first }

    /// Throws if the provider does not say who it is.
    init(
        subject: String, emails: [Email], _ texts: [(name: String, value: String?)], custom: JSONObject = [:]
    ) throws(ProviderFailure) {
        guard !subject.isEmpty, subject.utf8.count <= ExternalLimits.claimBytesMax else {
            throw ProviderFailure(cause: "the provider's profile has no subject")
        }
        self.subject = subject
        self.emails = Array(emails.prefix(ExternalLimits.emailsMax))
        claims = [:]
        for (name, value) in texts { set(name, value) }
        claims["sub"] = .string(subject)
        claims["provider_id"] = .string(subject)
        if let email { claims["email"] = .string(email.address) }
        claims["email_verified"] = .bool(email?.isVerified ?? false)
        if claims["phone_verified"] == nil { claims["phone_verified"] = false }
        let kept = custom.members.filter { !$0.value.isNull }
        if !kept.isEmpty, JSON.object(custom).bytes.count <= ExternalLimits.customClaimsBytesMax {
            claims["custom_claims"] = .object(JSONObject(kept.map { ($0.key, $0.value) }))
        }
    }

    /// What is kept of it between a callback and an exchange.
    var kept: JSON {
        let addresses = emails.map { email -> JSON in
            [
                "address": .string(email.address), "is_verified": .bool(email.isVerified),
                "is_primary": .bool(email.isPrimary),
            ]
        }
        return ["subject": .string(subject), "emails": .array(addresses), "claims": .object(claims)]
    }

    /// Reads ``kept``.
    init?(kept: JSON) {
        guard let subject = kept["subject"]?.string, let claims = kept["claims"]?.object else { return nil }
        self.subject = subject
        self.claims = claims
        emails = (kept["emails"]?.array ?? []).compactMap { email in
            guard let address = email["address"]?.string else { return nil }
            return Email(
                address: address, isVerified: email["is_verified"]?.bool ?? false,
                isPrimary: email["is_primary"]?.bool ?? false)
        }
    }

    /// Empty and overlong texts are left out.
    private mutating func set(_ name: String, _ value: String?) {
        guard let value, !value.isEmpty, value.utf8.count <= ExternalLimits.claimBytesMax else { return }
        claims[name] = .string(value)
    }

    /// The name that Apple tells the first time only, in a field of the form that it posts.
    mutating func setName(_ name: String) {
        set("name", name)
        set("full_name", name)
    }

    /// One address; nil when there is none or it is no address.
    static func email(_ address: JSON?, isVerified: Bool, isPrimary: Bool = true) -> Email? {
        guard let text = address?.string?.lowercased(), EmailAddress.isValid(text),
            text.unicodeScalars.count <= AuthLimits.emailCharactersMax
        else { return nil }
        return Email(address: text, isVerified: isVerified, isPrimary: isPrimary)
    }

    /// Providers write booleans as such, as texts and as numbers.
    static func isTrue(_ claim: JSON?) -> Bool {
        switch claim {
        case .bool(let value): value
        case .string(let text): ["true", "1"].contains(text.lowercased())
        case .number(let text): text == "1"
        default: false
        }
    }

    /// A name or number as text: some providers number their accounts.
    static func text(_ claim: JSON?) -> String {
        switch claim {
        case .string(let text): text
        case .number(let text): text
        default: ""
        }
    }
}
