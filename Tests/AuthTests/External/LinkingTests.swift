import Auth
import Core
import Gateway
import HTTPTypes
import Postgres
import Testing

/// Whose account an identity becomes part of.
@Suite struct `The account of an external identity` {
    @Test func `is the one whose confirmed address the provider has verified`() async throws {
        try await ExternalHarness.run {
            $0.isEmailAutoconfirmed = true
        } _: { harness in
            let local = try await harness.auth.signUp("person@example.org", data: ["mine": 1])
            let external = try await harness.signIn(ScriptedProvider.claims(email: "Person@Example.org"))
            #expect(external.userID == local.userID)
            #expect(external.user["app_metadata"] == ["provider": "email", "providers": ["email", "google"]])
            #expect(external.user["user_metadata"]?["mine"] == 1)
            #expect(external.user["user_metadata"]?["full_name"] == "Pat Person")
            #expect(try await harness.auth.signIn("person@example.org").userID == local.userID)
            #expect(
                try await harness.count(
                    "select count(*) from auth.audit_log_entries where payload ->> 'action' = 'identity_linked'") == 1)
        }
    }

    @Test(arguments: [false, true])
    func `is never reached by an address that is not verified`(isAutoconfirmed: Bool) async throws {
        try await ExternalHarness.run {
            $0.isEmailAutoconfirmed = isAutoconfirmed
        } _: { harness in
            try await harness.auth.owner.run(
                """
                insert into auth.users (instance_id, id, aud, role, email, email_confirmed_at)
                values ('00000000-0000-0000-0000-000000000000', '0f8fad5b-d9cb-469f-a165-70867728950e', 'authenticated',
                    'authenticated', 'person@example.org', now())
                """)
            let landed = try await harness.arrive(ScriptedProvider.claims(isVerified: false), pkce: true)
            #expect(
                try await harness.count(
                    "select count(*) from auth.identities where user_id = '0f8fad5b-d9cb-469f-a165-70867728950e'") == 0)
            #expect(try await harness.count("select count(*) from auth.users where email is null") == 1)
            if isAutoconfirmed {
                #expect(landed.query["code"] != nil)
            } else {
                #expect(landed.refusal == "access_denied provider_email_needs_verification")
                #expect(
                    landed.query["error_description"]
                        == "Unverified email with google. Verify the email with google in order to sign in")
                #expect(harness.auth.mailer.sent.isEmpty)
            }
        }
    }

    @Test func `waits for a confirmation of an address that the provider has not verified`() async throws {
        try await ExternalHarness.run { harness in
            let claims = ScriptedProvider.claims(isVerified: false)
            var landed = try await harness.arrive(claims)
            #expect(landed.refusal == "access_denied provider_email_needs_verification")
            #expect(
                landed.query["error_description"]
                    == "Unverified email with google. A confirmation email has been sent to your google email")
            let mail = try #require(harness.auth.mailer.sent.first)
            #expect(mail.recipient == "person@example.org" && mail.kind == .confirmation)
            #expect(mail.redirectTo == ExternalHarness.target)
            // What was stored stays, and a second attempt at once sends no second mail but answers alike.
            landed = try await harness.arrive(claims)
            #expect(landed.refusal == "access_denied provider_email_needs_verification")
            #expect(harness.auth.mailer.sent.count == 1)
            #expect(try await harness.count("select count(*) from auth.users where email_confirmed_at is null") == 1)
            #expect(try await harness.count("select count(*) from auth.sessions") == 0)
            #expect(
                try await harness.auth.value("select confirmation_token from auth.users") == mail.token.reveal())
            // Verified meanwhile.
            #expect(try await harness.signIn().user["email_confirmed_at"] != nil)
        }
    }

    @Test func `keeps nothing of who made it before its owner came`() async throws {
        try await ExternalHarness.run { harness in
            let squatter = try await harness.auth.send(
                .post, "/signup",
                ["email": "person@example.org", "password": "the squatter's", "data": ["planted": true]])
            let id = try #require(squatter["id"]?.string)
            let owner = harness.auth.owner
            try await owner.run(
                """
                insert into auth.identities (provider_id, user_id, identity_data, provider, created_at)
                values ('squatter', \(id)::uuid, '{"sub":"squatter"}', 'github', now())
                """)
            try await owner.run(
                "update auth.users set phone = '15550001', phone_confirmed_at = now() where id = \(id)::uuid")
            try await owner.run(
                "insert into auth.sessions (id, user_id, aal) values (gen_random_uuid(), \(id)::uuid, 'aal1')")
            let signedIn = try await harness.signIn()
            #expect(signedIn.userID == id)
            #expect(signedIn.user["identities"]?.array?.compactMap { $0["provider"]?.string } == ["google"])
            #expect(signedIn.user["user_metadata"]?["planted"] == nil)
            #expect(signedIn.user["app_metadata"] == ["provider": "google", "providers": ["google"]])
            #expect(signedIn.user["phone"] == "")
            #expect(
                try await harness.auth.value(
                    """
                    select concat_ws('|', coalesce(encrypted_password, '-'), confirmation_token = '',
                        (select count(*) from auth.one_time_tokens), (select count(*) from auth.sessions))
                    from auth.users
                    """) == "-|t|0|1")
            let password = try await harness.auth.send(
                .post, "/token?grant_type=password",
                ["email": "person@example.org", "password": "the squatter's"])
            #expect(password.refusal == "400 invalid_credentials")
        }
    }

    @Test func `is not proven by another address of the same profile`() async throws {
        try await ExternalHarness.run { harness in
            _ = try await harness.arrive(ScriptedProvider.claims(email: "victim@example.org", isVerified: false))
            // The provider now vouches for the attacker's own address, under the same subject.
            let landed = try await harness.arrive(ScriptedProvider.claims(email: "attacker@example.org"))
            #expect(landed.refusal == "access_denied provider_email_needs_verification")
            #expect(
                try await harness.count("select count(*) from auth.users where email_confirmed_at is not null") == 0)
        }
    }

    @Test func `of a company's directory is nobody else's`() async throws {
        try await ExternalHarness.run { harness in
            try await harness.auth.owner.run(
                """
                with made as (
                    insert into auth.users (instance_id, id, aud, role, email, email_confirmed_at, is_sso_user)
                    values ('00000000-0000-0000-0000-000000000000', gen_random_uuid(), 'authenticated',
                        'authenticated', 'person@example.org', now(), true)
                    returning id
                )
                insert into auth.identities (provider_id, user_id, identity_data, provider)
                select 'person', id, '{"sub":"person","email":"person@example.org"}',
                    'sso:0f8fad5b-d9cb-469f-a165-70867728950e'
                from made
                """)
            let signedIn = try await harness.signIn()
            #expect(signedIn.user["email"] == "person@example.org")
            #expect(try await harness.count("select count(*) from auth.users") == 2)
        }
    }

    @Test func `cannot be told where several have the addresses`() async throws {
        try await ExternalHarness.run {
            $0.isEmailAutoconfirmed = true
        } _: { harness in
            _ = try await harness.auth.signUp("person@example.org")
            let other = try await harness.auth.signUp("other@example.org")
            try await harness.auth.owner.run(
                """
                insert into auth.identities (provider_id, user_id, identity_data, provider)
                values ('x', \(other.userID)::uuid, '{"sub":"x","email":"person@example.org"}', 'github')
                """)
            let landed = try await harness.arrive(ScriptedProvider.claims())
            #expect(landed.refusal == "server_error unexpected_failure")
            #expect(landed.query["error_description"]?.hasPrefix("Multiple accounts") == true)
        }
    }

    @Test func `is made by an invitation to the same address, once`() async throws {
        try await ExternalHarness.run { harness in
            let owner = harness.auth.owner
            try await owner.run(
                """
                insert into auth.users (instance_id, id, aud, role, email, invited_at, confirmation_token)
                values ('00000000-0000-0000-0000-000000000000', '0f8fad5b-d9cb-469f-a165-70867728950e', 'authenticated',
                    'authenticated', 'person@example.org', now(), 'token-of-the-invitation')
                """)
            var landed = try await harness.arrive(
                ScriptedProvider.claims(email: "other@example.org"), query: "invite_token=token-of-the-invitation")
            #expect(landed.refusal == "invalid_request validation_failed")
            #expect(landed.query["error_description"] == "Invited email does not match emails from external provider")
            let early = try await harness.authorize("invite_token=token-of-the-invitation").state
            landed = try await harness.arrive(
                ScriptedProvider.claims(), pkce: true, query: "invite_token=token-of-the-invitation")
            let signedIn = try SignedIn(
                await harness.exchange(try #require(landed.query["code"], "\(landed.location)")))
            #expect(signedIn.userID == "0f8fad5b-d9cb-469f-a165-70867728950e")
            #expect(signedIn.user["email_confirmed_at"] != nil)
            #expect(signedIn.user["app_metadata"] == ["provider": "google", "providers": ["google"]])
            harness.provider.expect(.init(claims: ScriptedProvider.claims()), for: "late")
            let late = try await harness.callback("code=late&state=\(early)")
            #expect(late.query["error_code"] == "invite_not_found")
        }
    }
}

@Suite struct `Identities of a user` {
    private func link(
        _ harness: ExternalHarness, _ claims: JSONObject, bearer: String
    ) async throws -> Landed {
        harness.provider.expect(.init(claims: claims), for: "link")
        let answer = try await harness.auth.send(
            .get, "/user/identities/authorize?provider=google&skip_http_redirect=true", bearer: bearer)
        let url = try #require(answer["url"]?.string, "\(answer.text)")
        let state = try #require(url.split(separator: "&").first { $0.hasPrefix("state=") }?.dropFirst(6))
        return try await harness.callback("code=link&state=\(state)")
    }

    @Test func `are linked and unlinked by hand`() async throws {
        try await ExternalHarness.run {
            $0.isEmailAutoconfirmed = true
        } _: { harness in
            let user = try await harness.auth.signUp()
            let landed = try await link(
                harness, ScriptedProvider.claims(email: "private@example.org"), bearer: user.accessToken)
            let token = try #require(landed.fragment["access_token"], "\(landed.location)")
            let linked = try await harness.auth.send(.get, "/user", bearer: token)
            #expect(linked["id"]?.string == user.userID)
            #expect(linked["email"]?.string == AuthHarness.email)
            #expect(linked["app_metadata"] == ["provider": "email", "providers": ["email", "google"]])
            let identities = try #require(linked["identities"]?.array)
            let google = try #require(identities.first { $0["provider"] == "google" }?["identity_id"]?.string)
            let answer = try await harness.auth.send(.delete, "/user/identities/\(google)", bearer: token)
            #expect(answer.status == 200 && answer.text == "{}")
            let left = try await harness.auth.send(.get, "/user", bearer: token)
            #expect(left["app_metadata"] == ["provider": "email", "providers": ["email"]])
            #expect(left["email"]?.string == AuthHarness.email)
            let actions = try await harness.auth.value(
                """
                select string_agg(payload ->> 'action', ',' order by payload ->> 'action')
                from auth.audit_log_entries where payload ->> 'action' like 'identity%'
                """)
            #expect(actions == "identity_linked,identity_unlinked")
        }
    }

    @Test func `redirect without being asked for the URL`() async throws {
        try await ExternalHarness.run {
            $0.isEmailAutoconfirmed = true
        } _: { harness in
            let user = try await harness.auth.signUp()
            let answer = try await harness.auth.send(
                .get, "/user/identities/authorize?provider=google", bearer: user.accessToken)
            #expect(answer.status == 302)
            #expect(answer.header("location")?.hasPrefix(ScriptedProvider.issuer) == true)
        }
    }

    @Test func `are not linked twice nor taken from others`() async throws {
        try await ExternalHarness.run {
            $0.isEmailAutoconfirmed = true
        } _: { harness in
            let owner = try await harness.signIn()
            var landed = try await link(harness, ScriptedProvider.claims(), bearer: owner.accessToken)
            #expect(landed.query["error_code"] == "identity_already_exists")
            #expect(landed.query["error_description"] == "Identity is already linked")
            let other = try await harness.auth.signUp()
            landed = try await link(harness, ScriptedProvider.claims(), bearer: other.accessToken)
            #expect(landed.query["error_code"] == "identity_already_exists")
            #expect(landed.query["error_description"] == "Identity is already linked to another user")
        }
    }

    @Test func `cannot be linked by hand where that is off, nor by nobody`() async throws {
        try await ExternalHarness.run {
            $0.isEmailAutoconfirmed = true
            $0.external.isManualLinkingEnabled = false
        } _: { harness in
            let user = try await harness.auth.signUp()
            for bearer in [user.accessToken, harness.auth.anonKey] {
                let expected = bearer == user.accessToken ? "404 manual_linking_disabled" : "403 bad_jwt"
                let link = try await harness.auth.send(
                    .get, "/user/identities/authorize?provider=google", bearer: bearer)
                #expect(link.refusal == expected)
                let unlink = try await harness.auth.send(
                    .delete, "/user/identities/0f8fad5b-d9cb-469f-a165-70867728950e", bearer: bearer)
                #expect(unlink.refusal == expected)
            }
            let nobody = try await harness.auth.send(.get, "/user/identities/authorize?provider=google")
            #expect(nobody.refusal == "401 no_authorization")
        }
    }

    @Test func `make an anonymous user permanent`() async throws {
        try await ExternalHarness.run {
            $0.areAnonymousUsersEnabled = true
        } _: { harness in
            let anonymous = try SignedIn(await harness.auth.send(.post, "/signup", [:]))
            let landed = try await link(harness, ScriptedProvider.claims(), bearer: anonymous.accessToken)
            let token = try #require(landed.fragment["access_token"], "\(landed.location)")
            let user = try await harness.auth.send(.get, "/user", bearer: token)
            #expect(user["id"]?.string == anonymous.userID)
            #expect(user["is_anonymous"] == false)
            #expect(user["email"] == "person@example.org")
            #expect(user["email_confirmed_at"] != nil)
        }
    }

    @Test func `give an anonymous user no address that is not proven or is another's`() async throws {
        try await ExternalHarness.run {
            $0.areAnonymousUsersEnabled = true
        } _: { harness in
            let first = try SignedIn(await harness.auth.send(.post, "/signup", [:]))
            var landed = try await link(
                harness, ScriptedProvider.claims(isVerified: false), bearer: first.accessToken)
            #expect(landed.query["error_code"] == "email_not_confirmed")
            #expect(harness.auth.mailer.sent.count == 1)
            let second = try SignedIn(await harness.auth.send(.post, "/signup", [:]))
            landed = try await link(harness, ScriptedProvider.claims("118"), bearer: second.accessToken)
            #expect(landed.query["error_code"] == "email_exists")
            #expect(try await harness.count("select count(*) from auth.identities where provider_id = '118'") == 0)
        }
    }

    @Test func `cannot all be unlinked`() async throws {
        try await ExternalHarness.run { harness in
            let user = try await harness.signIn()
            let only = try #require(user.user["identities"]?.array?.first?["identity_id"]?.string)
            let answer = try await harness.auth.send(
                .delete, "/user/identities/\(only)", bearer: user.accessToken)
            #expect(answer.refusal == "422 single_identity_not_deletable")
            #expect(answer["msg"] == "User must have at least 1 identity after unlinking")
            let malformed = try await harness.auth.send(.delete, "/user/identities/x", bearer: user.accessToken)
            #expect(malformed.refusal == "404 validation_failed")
            #expect(malformed["msg"] == "identity_id must be an UUID")
        }
    }

    @Test func `leave one when two are unlinked at a time`() async throws {
        try await ExternalHarness.run {
            $0.isEmailAutoconfirmed = true
        } _: { harness in
            _ = try await harness.auth.signUp("person@example.org")
            let user = try await harness.signIn()
            let ids = try #require(user.user["identities"]?.array).compactMap { $0["identity_id"]?.string }
            #expect(ids.count == 2)
            let answers = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        try await harness.auth.send(
                            .delete, "/user/identities/\(ids[number % 2])", bearer: user.accessToken
                        ).refusal
                    }
                }
                return try await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(answers == ["200 -": 1, "422 single_identity_not_deletable": 49])
            #expect(try await harness.count("select count(*) from auth.identities") == 1)
        }
    }

    @Test func `of others are not found`() async throws {
        try await ExternalHarness.run {
            $0.isEmailAutoconfirmed = true
        } _: { harness in
            let other = try await harness.auth.signUp("other@example.org")
            let foreign = try #require(other.user["identities"]?.array?.first?["identity_id"]?.string)
            _ = try await harness.auth.signUp("person@example.org")
            let user = try await harness.signIn()
            let answer = try await harness.auth.send(
                .delete, "/user/identities/\(foreign)", bearer: user.accessToken)
            #expect(answer.refusal == "422 identity_not_found")
            let audience = try await harness.auth.send(
                .delete, "/user/identities/\(foreign)", bearer: user.accessToken, headers: ["X-JWT-AUD": "other"])
            #expect(audience.refusal == "403 unexpected_audience")
        }
    }

    @Test func `take the address with them and leave that of another`() async throws {
        try await ExternalHarness.run { harness in
            let user = try await harness.signIn()
            try await harness.auth.owner.run(
                """
                insert into auth.identities (id, provider_id, user_id, identity_data, provider, created_at)
                values ('0f8fad5b-d9cb-469f-a165-70867728950e', 'x', \(user.userID)::uuid,
                    '{"sub":"x","email":"Second@Example.org","email_verified":false}', 'github', now())
                """)
            try await harness.auth.owner.run(
                "update auth.users set recovery_token = 'pending', email_change = 'x@example.org'")
            let google = try #require(user.user["identities"]?.array?.first?["identity_id"]?.string)
            #expect(
                try await harness.auth.send(.delete, "/user/identities/\(google)", bearer: user.accessToken).status
                    == 200)
            let left = try await harness.user(user.userID)
            #expect(left["email"] == "second@example.org")
            #expect(left["email_confirmed_at"] == nil)
            #expect(left["user_metadata"]?["email_verified"] == false)
            #expect(left["new_email"] == nil)
            #expect(try await harness.auth.value("select recovery_token from auth.users") == "")
        }
    }

    @Test func `are kept where the address that is left is another user's`() async throws {
        try await ExternalHarness.run {
            $0.isEmailAutoconfirmed = true
        } _: { harness in
            _ = try await harness.auth.signUp("taken@example.org")
            let user = try await harness.signIn()
            try await harness.auth.owner.run(
                """
                insert into auth.identities (id, provider_id, user_id, identity_data, provider, created_at)
                values ('0f8fad5b-d9cb-469f-a165-70867728950e', 'x', \(user.userID)::uuid,
                    '{"sub":"x","email":"taken@example.org","email_verified":true}', 'github', now())
                """)
            let google = try #require(user.user["identities"]?.array?.first?["identity_id"]?.string)
            let answer = try await harness.auth.send(
                .delete, "/user/identities/\(google)", bearer: user.accessToken)
            #expect(answer.refusal == "422 email_conflict_identity_not_deletable")
            #expect(try await harness.count("select count(*) from auth.identities where provider = 'google'") == 1)
        }
    }
}
