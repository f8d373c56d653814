internal import Postgres

extension CatalogStatements {
    /// constraint's name, table's oid, schema, name, the same three of the referenced table, [[column, its number,
    /// referenced column, its number], …], whether the columns are unique in the table.
    ///
    /// Of all schemas: views in an exposed one show tables of others. Keys that partitions inherit are left out.
    static let foreignKeys: SQL = """
        select k.conname, here.oid, here_in.nspname, here.relname, there.oid, there_in.nspname, there.relname,
            (select json_agg(json_build_array(near.attname, near.attnum, far.attname, far.attnum) order by pair.place)
             from unnest(k.conkey, k.confkey) with ordinality as pair (near, far, place)
             join pg_attribute near on near.attrelid = k.conrelid and near.attnum = pair.near
             join pg_attribute far on far.attrelid = k.confrelid and far.attnum = pair.far),
            exists (
                select from pg_constraint u
                where u.conrelid = k.conrelid and u.contype in ('p', 'u')
                    and u.conkey @> k.conkey and u.conkey <@ k.conkey)
        from pg_constraint k
        join pg_class here on here.oid = k.conrelid
        join pg_namespace here_in on here_in.oid = here.relnamespace
        join pg_class there on there.oid = k.confrelid
        join pg_namespace there_in on there_in.oid = there.relnamespace
        where k.contype = 'f' and k.conparentid = 0
        order by k.conrelid, k.conname
        """

    /// table's oid, [column number, …] of every primary key, in an order that does not change.
    static let primaryKeys: SQL = """
        select k.conrelid, array_to_json(k.conkey)
        from pg_constraint k
        join pg_class c on c.oid = k.conrelid
        join pg_namespace n on n.oid = c.relnamespace
        where k.contype = 'p'
        order by n.nspname, c.relname
        """

    /// oid, schema, name, rewrite rule, {column number: name, …}, whether its schema is exposed: the views of `schemas`
    /// and of `searched` schemas that come after `oid`, in batches, because the rules are long.
    static func views(_ schemas: [String], searched: [String], after oid: Int, countMax: Int) -> SQL {
        """
        select c.oid, n.nspname, c.relname, r.ev_action,
            (select json_object_agg(a.attnum, a.attname)
             from pg_attribute a
             where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
            n.nspname = any(\(schemas)::text[])
        from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        join pg_rewrite r on r.ev_class = c.oid and r.rulename = '_RETURN'
        where c.relkind in ('v', 'm') and n.nspname = any(\(schemas + searched)::text[])
            and c.oid > \(oid)::bigint::oid
        order by c.oid
        limit \(countMax)::int
        """
    }

    /// schema and name of the function, of the relation it takes a row of, and of the one it returns; whether it
    /// returns one row at most.
    static let computedRelationships: SQL = """
        select own_in.nspname, p.proname, source_in.nspname, source.relname, target_in.nspname, target.relname,
            not p.proretset or p.prorows = 1
        from pg_proc p
        join pg_namespace own_in on own_in.oid = p.pronamespace
        join pg_class source on source.reltype = p.proargtypes[0] and source.relkind in ('r', 'p', 'v', 'm', 'f')
        join pg_namespace source_in on source_in.oid = source.relnamespace
        join pg_class target on target.reltype = p.prorettype and target.relkind in ('r', 'p', 'v', 'm', 'f')
        join pg_namespace target_in on target_in.oid = target.relnamespace
        where p.pronargs = 1 and p.proargtypes[0] <> 0 and p.prorettype <> 0
        """
}
