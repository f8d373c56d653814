internal import Postgres

/// The queries that read the catalogs. They run with an empty search path, so that every name PostgreSQL prints is
/// qualified; `schemas` are always names as they are, not SQL.
enum CatalogStatements {
    /// name, description
    static func schemas(_ schemas: [String]) -> SQL {
        """
        select n.nspname, obj_description(n.oid, 'pg_namespace')
        from pg_namespace n
        where n.nspname = any(\(schemas)::text[])
        """
    }

    /// oid, schema, name, kind, description, the events rows can be changed by (bits of 1 << CmdType: update 4,
    /// insert 8, delete 16), primary key as a JSON array.
    static func relations(_ schemas: [String]) -> SQL {
        """
        select c.oid, n.nspname, c.relname, c.relkind, obj_description(c.oid, 'pg_class'),
            case c.relkind
                when 'r' then 28
                when 'p' then 28
                when 'm' then 0
                else pg_relation_is_updatable(c.oid, true)
            end,
            (select json_agg(a.attname order by a.attname)
             from pg_constraint k
             join pg_attribute a on a.attrelid = k.conrelid and a.attnum = any(k.conkey)
             where k.conrelid = c.oid and k.contype = 'p')
        from pg_namespace n
        join pg_class c on c.relnamespace = n.oid
        where n.nspname = any(\(schemas)::text[]) and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
        """
    }

    /// relation's oid, number, name, description, nullable, type, nominal type, length, default, enum labels as a
    /// JSON array; in the order of the columns.
    ///
    /// A domain over a built-in type is shown as that type. A column without a default has its domain's; an identity
    /// column's default is the next value of its sequence, since no expression is stored for it.
    static func columns(_ schemas: [String]) -> SQL {
        """
        with recursive domains (domain, base) as (
            select oid, typbasetype from pg_type where typtype = 'd'
            union all
            select d.domain, t.typbasetype from domains d join pg_type t on t.oid = d.base where t.typtype = 'd'
        ),
        labels (type, list) as (
            select enumtypid, json_agg(enumlabel order by enumsortorder) from pg_enum group by enumtypid
        )
        select a.attrelid, a.attnum, a.attname, described.description,
            not (a.attnotnull or t.typtype = 'd' and t.typnotnull),
            case
                when b.typnamespace <> 'pg_catalog'::regnamespace then format_type(a.atttypid, a.atttypmod)
                else format_type(b.oid, null)
            end,
            format_type(a.atttypid, a.atttypmod),
            case
                when modified.type in ('bpchar'::regtype, 'varchar'::regtype) and modified.by > 0 then modified.by - 4
                when modified.type in ('bit'::regtype, 'varbit'::regtype) and modified.by > 0 then modified.by
            end,
            case
                when a.attgenerated <> '' then null
                when a.attidentity = 'd' then (
                    select format('nextval(%L)', s.objid::regclass)
                    from pg_depend s
                    where s.classid = 'pg_class'::regclass and s.refclassid = 'pg_class'::regclass
                        and s.refobjid = a.attrelid and s.refobjsubid = a.attnum and s.deptype = 'i')
                when stored.adbin is not null then pg_get_expr(stored.adbin, stored.adrelid)
                when t.typtype = 'd' then pg_get_expr(t.typdefaultbin, 0)
            end,
            labels.list
        from pg_namespace n
        join pg_class c on c.relnamespace = n.oid
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        join pg_type t on t.oid = a.atttypid
        left join domains d on d.domain = t.oid
            and not exists (select from pg_type under where under.oid = d.base and under.typtype = 'd')
        join pg_type b on b.oid = coalesce(d.base, t.oid)
        cross join lateral (
            select case t.typtype when 'd' then t.typbasetype else t.oid end as type,
                case t.typtype when 'd' then t.typtypmod else a.atttypmod end as by
        ) as modified
        left join pg_attrdef stored on stored.adrelid = a.attrelid and stored.adnum = a.attnum
        left join pg_description described
            on described.objoid = a.attrelid and described.objsubid = a.attnum
            and described.classoid = 'pg_class'::regclass
        left join labels on labels.type = b.oid
        where n.nspname = any(\(schemas)::text[]) and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
        order by a.attrelid, a.attnum
        """
    }
}
