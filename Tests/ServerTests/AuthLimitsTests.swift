import Auth
import Core
import Testing

@testable import Server

@Suite struct `Settings of the auth limits` {
    private func read(_ values: [String: String]) throws -> ServerConfiguration {
        try ServerConfiguration(SettingsSource(environment: [:], file: values))
    }

    @Test func `are ten times GoTrue's for an address by default, and GoTrue's where a header names the client`() throws
    {
        let usual = try read([:]).auth.throttling
        #expect(usual.allowances[.token] == RateAllowance(1500, per: .seconds(300), burst: 300))
        #expect(usual.allowances[.mail] == RateAllowance(30, per: .seconds(3600), burst: 30))
        let named = try read(["GOTRUE_RATE_LIMIT_HEADER": "X-Real-Ip", "TRUSTED_PROXIES": "10.0.0.0/8"]).auth.throttling
        #expect(named.header == "X-Real-Ip")
        #expect(named.allowances[.token] == RateAllowance(150, per: .seconds(300), burst: 30))
        #expect(named.allowances[.factor] == RateAllowance(15, per: .seconds(60), burst: 30))
    }

    @Test func `hold as they are given`() throws {
        let given = try read([
            "GOTRUE_RATE_LIMIT_OTP": "7", "RATE_LIMIT_VERIFY": "10000", "GOTRUE_RATE_LIMIT_EMAIL_SENT": "5/10m",
            "GOTRUE_RATE_LIMIT_SMS_SENT": "0", "RATE_LIMIT_ADDRESSES": "false", "API_MAX_REQUEST_DURATION": "20s",
            "GOTRUE_AUDIT_LOG_DISABLE_POSTGRES": "true", "GOTRUE_JWT_ADMIN_ROLES": "boss, service_role",
            "GOTRUE_JWT_DEFAULT_GROUP_NAME": "people", "GOTRUE_SECURITY_REFRESH_TOKEN_ALGORITHM_VERSION": "2",
        ])
        let throttling = given.auth.throttling
        for family in [RateFamily.otp, .signUp, .recover, .resend, .magicLink, .updateUser] {
            #expect(throttling.allowances[family] == RateAllowance(7, per: .seconds(300), burst: 7))
        }
        #expect(throttling.allowances[.verify] == RateAllowance(10_000, per: .seconds(300), burst: 1000))
        #expect(throttling.allowances[.mail] == RateAllowance(5, per: .seconds(600), burst: 5))
        #expect(throttling.allowances[.textMessage] == RateAllowance(0, per: .seconds(3600), burst: 0))
        #expect(!throttling.limitsAddresses)
        #expect(throttling.requestDurationMax == .seconds(20))
        #expect(!given.auth.isAuditStored)
        #expect(given.auth.adminRoles == ["boss", "service_role"])
        #expect(given.auth.defaultRole == "people")
        #expect(given.auth.refreshTokenVersion == 2)
    }

    @Test(arguments: [
        ["RATE_LIMIT_EMAIL_SENT": "many"], ["RATE_LIMIT_VERIFY": "-1"], ["JWT_VALID_METHODS": "HS256,none"],
        ["RATE_LIMIT_HEADER": "X-Real-Ip"], ["API_MAX_REQUEST_DURATION": "0"],
        ["REFRESH_TOKEN_ALGORITHM_VERSION": "3"],
    ])
    func `that make no sense are refused by name`(values: [String: String]) {
        let error = #expect(throws: ConfigurationError.self) { try read(values) }
        #expect(error?.problems.count == 1)
        #expect(values.keys.allSatisfy { error?.description.contains($0) == true })
    }
}
