internal import Core
internal import Postgres

/// SQL of ``UncontestedRefresh``. Every refresh of every client runs it, so its texts are made once and PostgreSQL plans
/// them once a connection: rows are found by equality with one key, for which a plan without the key's value costs no
/// more than one with it, and is kept.
enum UncontestedRefreshStatements {
    // MARK: Finding

    /// The state of a token that is not revoked: what ``State`` reads. A token that was restored as it is, not as its
    /// digest, is not found.
    static func find(token: String) -> SQL { findByToken.binding([.text(RefreshTokens.stored(token))]) }

    /// The state of a session.
    static func find(sessionID: String) -> SQL { findBySession.binding([.text(sessionID)]) }

    private static let findByToken: SQL = """
        select \(State.columns)
        from auth.refresh_tokens t
            join auth.sessions s on s.id = t.session_id
            join auth.users u on u.id = s.user_id
        where t.token = \("") and not coalesce(t.revoked, false)
        """

    private static let findBySession: SQL = """
        select \(State.columns)
        from auth.sessions s
            join auth.users u on u.id = s.user_id
        where s.id = \("")::uuid
        """

    /// A session as it was read, and its user.
    struct State {
        /// Names the version of the session's row. Every change to a row gives it another one, in the same moment.
        let version: String
        let session: Session
        let user: User

        fileprivate static let columns: SQL = "s.xmin::text, \(SessionStatements.columns), \(UserStatements.columns)"

        init(_ row: Row) throws(DatabaseError) {
            version = try row.text(0)
            session = try Session(row, from: 1)
            user = try User(row, from: 1 + Session.columnCount)
        }
    }

    // MARK: Changing

    /// What a refresh notes beside the token.
    struct Note {
        let now: Timestamp
        let userAgent: String?
        let ip: String?
        /// What goes into the audit log; nothing if none is kept.
        let entries: [AuditEntry]

        /// The values of ``UncontestedRefreshStatements/noted``.
        fileprivate var place: [SQLValue] {
            [now.sqlValue, userAgent?.sqlValue ?? .null, ip?.sqlValue ?? .null]
        }
        fileprivate var payloads: [SQLValue] { entries.map(\.payload.sqlValue) }
    }

    /// Replaces a token by its successor and notes it. Answers with a row, or with none, having changed nothing, if the
    /// session is not as it was read, the token is revoked, or somebody else is about to change either. It waits for
    /// nobody: whoever waits does not do so in a pipeline that others share.
    static func rotate(token: String, version: String, successor: String, _ note: Note) -> SQL {
        (note.entries.isEmpty ? rotation : auditedRotation).binding(
            note.place + [
                .text(RefreshTokens.stored(token)), .text(version), .text(RefreshTokens.stored(successor)),
            ] + note.payloads)
    }

    /// Counts a session's tokens of version 2 on by one, as ``rotate(token:version:successor:_:)`` replaces one.
    static func advance(sessionID: String, version: String, _ note: Note) -> SQL {
        (note.entries.isEmpty ? advance : auditedAdvance).binding(
            note.place + [.text(sessionID), .text(version)] + note.payloads)
    }

    private static let rotation = rotation(entryCount: 0)
    private static let auditedRotation = rotation(entryCount: 2)
    private static let advance = advance(entryCount: 0)
    private static let auditedAdvance = advance(entryCount: 1)

    private static func rotation(entryCount: Int) -> SQL {
        """
        with held as (
            select s.id, s.user_id, t.id as token_id, t.token, \(noted)
            from auth.refresh_tokens t
                join auth.sessions s on s.id = t.session_id
            where t.token = \("") and not coalesce(t.revoked, false) and s.xmin = \("")::xid
            for update of t, s skip locked
        ), marked as (
            update auth.sessions s
            set refreshed_at = held.now at time zone 'utc', updated_at = held.now, user_agent = held.agent,
                ip = held.ip::inet
            from held
            where s.id = held.id
        ), revoked as (
            update auth.refresh_tokens t set revoked = true, updated_at = held.now
            from held
            where t.id = held.token_id
        ), made as (
            insert into auth.refresh_tokens (
                instance_id, token, user_id, session_id, parent, revoked, created_at, updated_at)
            select \(instance), \("")::text, user_id::text, id, token, false, now, now
            from held
        )\(audited(entryCount))
        select true from held
        """
    }

    private static func advance(entryCount: Int) -> SQL {
        """
        with held as (
            select s.id, \(noted)
            from auth.sessions s
            where s.id = \("")::uuid and s.xmin = \("")::xid
            for update skip locked
        ), marked as (
            update auth.sessions s
            set refresh_token_counter = s.refresh_token_counter + 1, refreshed_at = held.now at time zone 'utc',
                updated_at = held.now, user_agent = held.agent, ip = held.ip::inet
            from held
            where s.id = held.id
        )\(audited(entryCount))
        select true from held
        """
    }

    private static let noted: SQL = "\("")::timestamptz as now, \("")::text as agent, \("")::text as ip"
    private static let instance: SQL = "'00000000-0000-0000-0000-000000000000'::uuid"

    private static func audited(_ entryCount: Int) -> SQL {
        guard entryCount > 0 else { return "" }
        let entries = (1..<entryCount).reduce("(\("")::json)" as SQL) { listed, _ in "\(listed), (\("")::json)" }
        return """
            , audited as (
                insert into auth.audit_log_entries (instance_id, id, payload, created_at, ip_address)
                select \(instance), gen_random_uuid(), entry.payload, held.now, coalesce(held.ip, '')
                from held
                    cross join (values \(entries)) as entry (payload)
            )
            """
    }
}
