internal import Postgres

/// What the current role may use of a schema.
enum PrivilegeStatements {
    /// Names of relations with any privilege on them, sorted.
    static func relations(schema: String) -> SQL {
        """
        select c.relname from pg_catalog.pg_class c \
        where c.relkind in ('v', 'r', 'm', 'f', 'p') and not c.relispartition \
        and c.relnamespace = (select oid from pg_catalog.pg_namespace where nspname = \(schema)) \
        and (pg_catalog.pg_has_role(c.relowner, 'USAGE') \
        or pg_catalog.has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') \
        or pg_catalog.has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')) \
        order by c.relname
        """
    }

    /// Names of functions that may be executed, with the names of all their parameters.
    static func routines(schema: String) -> SQL {
        """
        select p.proname, pg_catalog.array_to_json(coalesce(p.proargnames, '{}')) from pg_catalog.pg_proc p \
        where p.pronamespace = (select oid from pg_catalog.pg_namespace where nspname = \(schema)) \
        and p.prokind = 'f' and pg_catalog.has_function_privilege(p.oid, 'execute')
        """
    }
}
