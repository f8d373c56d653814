internal import Core
internal import Postgres

/// SQL over `auth.oauth_clients`. Deleted clients stay as rows and are found by nothing here.
enum OAuthClientStatements {
    /// What ``OAuthClient`` reads, of a row named `c`.
    static let columns = SQL(
        trustedText: """
            c.id, coalesce(c.client_secret_hash, ''), c.registration_type::text, c.client_type::text, \
            c.token_endpoint_auth_method, c.redirect_uris, c.grant_types, coalesce(c.client_name, ''), \
            coalesce(c.client_uri, ''), coalesce(c.logo_uri, ''), \(Columns.microseconds("c.created_at")), \
            \(Columns.microseconds("c.updated_at"))
            """)

    static func find(id: String) -> SQL {
        "select \(columns) from auth.oauth_clients c where c.id = \(id)::uuid and c.deleted_at is null"
    }

    /// A page, newest first, and how many there are.
    static func list(limit: Int, offset: Int) -> [SQL] {
        [
            """
            select \(columns) from auth.oauth_clients c
            where c.deleted_at is null
            order by c.created_at desc, c.id
            limit \(limit)::bigint offset \(offset)::bigint
            """,
            "select count(*) from auth.oauth_clients c where c.deleted_at is null",
        ]
    }

    static func insert(_ new: NewOAuthClient, now: Timestamp) -> SQL {
        """
        insert into auth.oauth_clients as c (
            id, client_secret_hash, registration_type, client_type, token_endpoint_auth_method, redirect_uris,
            grant_types, client_name, client_uri, logo_uri, created_at, updated_at)
        values (
            \(new.id)::uuid, \(new.secretHash), \(new.registration.rawValue)::auth.oauth_registration_type,
            \(new.kind.rawValue)::auth.oauth_client_type, \(new.method.rawValue),
            \(new.redirectURIs.joined(separator: ",")), \(new.grantTypes.joined(separator: ",")),
            nullif(\(new.name), ''), nullif(\(new.uri), ''), nullif(\(new.logoURI), ''), \(now)::timestamptz,
            \(now)::timestamptz)
        returning \(columns)
        """
    }

    /// Changes what the form names.
    static func update(id: String, _ form: OAuthClientForm, now: Timestamp) -> SQL {
        """
        update auth.oauth_clients c
        set redirect_uris = coalesce(\(form.redirectURIs?.joined(separator: ",")), c.redirect_uris),
            grant_types = coalesce(\(form.grantTypes?.joined(separator: ",")), c.grant_types),
            client_name = coalesce(\(form.name), c.client_name),
            client_uri = coalesce(\(form.uri), c.client_uri),
            logo_uri = coalesce(\(form.logoURI), c.logo_uri),
            token_endpoint_auth_method = coalesce(\(form.method?.rawValue), c.token_endpoint_auth_method),
            updated_at = \(now)::timestamptz
        where c.id = \(id)::uuid and c.deleted_at is null
        returning \(columns)
        """
    }

    static func setSecret(id: String, hash: String, now: Timestamp) -> SQL {
        """
        update auth.oauth_clients c
        set client_secret_hash = \(hash), updated_at = \(now)::timestamptz
        where c.id = \(id)::uuid and c.deleted_at is null and c.client_type = 'confidential'
        returning \(columns)
        """
    }

    /// Marks the client deleted and ends everything it may do. The first answers with the client's id.
    static func delete(id: String, now: Timestamp) -> [SQL] {
        [
            """
            update auth.oauth_clients
            set deleted_at = \(now)::timestamptz, updated_at = \(now)::timestamptz
            where id = \(id)::uuid and deleted_at is null
            returning id
            """,
            "delete from auth.sessions where oauth_client_id = \(id)::uuid",
            "delete from auth.oauth_authorizations where client_id = \(id)::uuid",
            """
            update auth.oauth_consents
            set revoked_at = greatest(granted_at, \(now)::timestamptz)
            where client_id = \(id)::uuid and revoked_at is null
            """,
        ]
    }
}

/// A client about to be stored.
struct NewOAuthClient: Sendable {
    var id: String
    var secretHash: String?
    var registration: OAuthClient.Registration
    var kind: OAuthClient.Kind
    var method: OAuthClient.Method
    var redirectURIs: [String]
    var grantTypes: [String]
    var name = ""
    var uri = ""
    var logoURI = ""
}
