/// The `auth` rows of a hosted project as `pg_dump --data-only --inserts` writes them: every column but the generated
/// ones. Written for these tests; the hashes are of the schemes' own published examples.
enum RestoredDump {
    /// bcrypt under two prefixes, argon2i, argon2id, Firebase's scrypt.
    static let passwords = [
        ("bcrypt@old.example", "пароль"), ("bcrypt2@old.example", "a"), ("argon2i@old.example", "test"),
        ("argon2id@old.example", "password"), ("firebase@old.example", "user1password"),
    ]
    /// A session of version 1: the token before, and the current one.
    static let revokedToken = "p4r3nttok3n0"
    static let currentToken = "curr3ntt0k3n"
    /// An older form of version 1 tokens.
    static let longToken = "LD1nDyZ2vbE1KRhZqYkYwQ"
    /// A session of version 2.
    static let countedSession = "22222222-0000-4000-8000-000000000002"
    static let countedKey = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA"
    static let counter = 5

    static let statements: [String] = users + identities + sessions

    private static let users: [String] = [
        user(
            1, "bcrypt@old.example", "$2y$04$abcdefghijklmnopqrstuuEcURSwic20Q66XyIAO.9pxf2gB7Z9F.", tokens: "''"),
        // As SQL seeds write users: nothing but what they had to.
        user(2, "bcrypt2@old.example", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.crbyEJ0XFaJ9sONRyOTHdI7c4ZT.ndu", tokens: "NULL"),
        user(
            3, "Argon2i@Old.example", "$argon2i$v=19$m=16,t=2,p=1$bGJRWThNOHJJTVBSdHl2dQ$NfEnUOuUpb7F2fQkgFUG4g",
            tokens: "NULL"),
        user(
            4, "argon2id@old.example",
            "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc", tokens: "''"),
        user(
            5, "firebase@old.example",
            "$fbscrypt$v=1,n=14,r=8,p=1,ss=Bw==,"
                + "sk=jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=="
                + "$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
            tokens: "''"),
    ]

    private static func id(_ number: Int) -> String { "11111111-0000-4000-8000-00000000000\(number)" }

    /// - Parameter tokens: what the token columns hold.
    private static func user(_ number: Int, _ email: String, _ hash: String, tokens: String) -> String {
        """
        INSERT INTO auth.users (instance_id, id, aud, role, email, encrypted_password, email_confirmed_at, invited_at,
            confirmation_token, confirmation_sent_at, recovery_token, recovery_sent_at, email_change_token_new,
            email_change, email_change_sent_at, last_sign_in_at, raw_app_meta_data, raw_user_meta_data, is_super_admin,
            created_at, updated_at, phone, phone_confirmed_at, phone_change, phone_change_token, phone_change_sent_at,
            email_change_token_current, email_change_confirm_status, banned_until, reauthentication_token,
            reauthentication_sent_at, is_sso_user, deleted_at, is_anonymous)
        VALUES ('00000000-0000-0000-0000-000000000000', '\(id(number))', 'authenticated', 'authenticated', '\(email)',
            '\(hash)', '2024-03-01 10:00:00.123456+00', NULL, \(tokens), NULL, \(tokens), NULL, \(tokens), \(tokens), NULL,
            '2025-01-01 00:00:00+00', '{"provider": "email", "providers": ["email"]}', '{"full_name": "Old \(number)"}',
            NULL, '2024-03-01 10:00:00+00', '2025-01-01 00:00:00+00', NULL, NULL, \(tokens), \(tokens), NULL, \(tokens), 0,
            NULL, \(tokens), NULL, false, NULL, false);
        """
    }

    private static let identities: [String] = (1...5).map { number in
        """
        INSERT INTO auth.identities (provider_id, user_id, identity_data, provider, last_sign_in_at, created_at,
            updated_at, id)
        SELECT id::text, id, jsonb_build_object('sub', id, 'email', email, 'email_verified', true,
            'phone_verified', false), 'email', NULL, created_at, updated_at, '33333333-0000-4000-8000-00000000000\(number)'
        FROM auth.users WHERE id = '\(id(number))';
        """
    }

    private static let sessions: [String] = [
        """
        INSERT INTO auth.sessions (id, user_id, created_at, updated_at, factor_id, aal, not_after, refreshed_at,
            user_agent, ip, tag, oauth_client_id, refresh_token_hmac_key, refresh_token_counter, scopes)
        VALUES ('22222222-0000-4000-8000-000000000001', '\(id(1))', '2025-01-01 00:00:00+00', '2025-01-01 00:00:00+00',
            NULL, 'aal1', NULL, '2025-01-02 00:00:00', 'node', '198.51.100.1', NULL, NULL, NULL, NULL, NULL),
            ('\(countedSession)', '\(id(2))', '2025-01-01 00:00:00+00', '2025-01-01 00:00:00+00', NULL, 'aal2', NULL, NULL,
            NULL, NULL, NULL, NULL, '\(countedKey)', \(counter), NULL),
            ('22222222-0000-4000-8000-000000000003', '\(id(3))', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
            NULL, NULL, NULL);
        """,
        """
        INSERT INTO auth.refresh_tokens (instance_id, id, token, user_id, revoked, created_at, updated_at, parent,
            session_id)
        VALUES ('00000000-0000-0000-0000-000000000000', 101, '\(revokedToken)', '\(id(1))', true,
            '2025-01-01 00:00:00+00', '2025-01-01 01:00:00+00', NULL, '22222222-0000-4000-8000-000000000001'),
            ('00000000-0000-0000-0000-000000000000', 102, '\(currentToken)', '\(id(1))', false,
            '2025-01-01 01:00:00+00', '2025-01-01 01:00:00+00', '\(revokedToken)', '22222222-0000-4000-8000-000000000001'),
            (NULL, 103, '\(longToken)', '\(id(3))', NULL, NULL, NULL, NULL, '22222222-0000-4000-8000-000000000003');
        """,
        "SELECT setval('auth.refresh_tokens_id_seq', 103, true);",
        """
        INSERT INTO auth.mfa_amr_claims (session_id, created_at, updated_at, authentication_method, id)
        VALUES ('22222222-0000-4000-8000-000000000001', '2025-01-01 00:00:00+00', '2025-01-01 00:00:00+00', 'password',
            '44444444-0000-4000-8000-000000000001');
        """,
    ]
}
