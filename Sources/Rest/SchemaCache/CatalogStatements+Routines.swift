internal import Postgres

extension CatalogStatements {
    /// schema, name, description, [[parameter, type, type for casts, required, variadic], …], schema and name of the
    /// result's type (of a domain its base type's, for rows the relation's), whether that is a row, whether a set,
    /// volatility, [setting, …].
    ///
    /// Left out: functions for triggers, and those with parameters that cannot be named, save a single one of a type
    /// that a whole body can be.
    static func routines(_ schemas: [String]) -> SQL {
        """
        with recursive domains (domain, base) as (
            select oid, typbasetype from pg_type where typtype = 'd'
            union all
            select d.domain, t.typbasetype from domains d join pg_type t on t.oid = d.base where t.typtype = 'd'
        )
        select n.nspname, p.proname, obj_description(p.oid, 'pg_proc'), coalesce(inputs.list, '[]'),
            base_in.nspname, coalesce(row_of.relname, base.typname),
            base.typtype = 'c' or coalesce(p.proargmodes && '{o,b,t}'::"char"[], false),
            p.proretset, p.provolatile, coalesce(array_to_json(p.proconfig), '[]')
        from pg_namespace n
        join pg_proc p on p.pronamespace = n.oid
        join pg_type declared on declared.oid = p.prorettype
        left join domains d on d.domain = declared.oid
            and not exists (select from pg_type under where under.oid = d.base and under.typtype = 'd')
        join pg_type base on base.oid = coalesce(d.base, declared.oid)
        join pg_namespace base_in on base_in.oid = base.typnamespace
        left join pg_class row_of on row_of.oid = base.typrelid
        cross join lateral (
            select count(*) as total,
                count(*) filter (where coalesce(input.name, '') = '') as unnamed,
                bool_or(coalesce(input.name, '') = '' and input.type in (
                    'json'::regtype, 'jsonb'::regtype, 'text'::regtype, 'xml'::regtype, 'bytea'::regtype)) as fits_body,
                json_agg(
                    json_build_array(
                        coalesce(input.name, ''),
                        format_type(input.type, null),
                        case input.type
                            when 'bpchar'::regtype then 'character varying'
                            when 'bpchar[]'::regtype then 'character varying[]'
                            when 'bit'::regtype then 'bit varying'
                            when 'bit[]'::regtype then 'bit varying[]'
                            else format_type(input.type, null)
                        end,
                        input.place <= p.pronargs - p.pronargdefaults,
                        coalesce(input.mode = 'v', false))
                    order by input.place) as list
            from (
                select argument.name, argument.type, argument.mode, row_number() over (order by argument.place) as place
                from unnest(
                    p.proargnames, coalesce(p.proallargtypes, p.proargtypes::oid[]), p.proargmodes
                ) with ordinality as argument (name, type, mode, place)
                where argument.type is not null and coalesce(argument.mode, 'i') in ('i', 'b', 'v')
            ) as input
        ) as inputs
        where n.nspname = any(\(schemas)::text[]) and p.prokind = 'f'
            and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
            and (inputs.unnamed = 0 or inputs.total = 1 and inputs.fits_body)
        """
    }

    /// from, to, schema and name of the function: implicit casts between a domain and json or text that this login
    /// may use.
    static let representations: SQL = """
        select format_type(k.castsource, null), format_type(k.casttarget, null), n.nspname, p.proname
        from pg_cast k
        join pg_type source on source.oid = k.castsource
        join pg_type target on target.oid = k.casttarget
        join pg_proc p on p.oid = k.castfunc
        join pg_namespace n on n.oid = p.pronamespace
        where k.castcontext = 'i' and k.castmethod = 'f' and has_function_privilege(k.castfunc, 'execute')
            and (source.typtype = 'd' and k.casttarget in ('json'::regtype, 'text'::regtype)
                or target.typtype = 'd' and k.castsource in ('json'::regtype, 'text'::regtype))
        """

    /// subject's schema and name, function's schema and name, media type, whether the function is an aggregate: the
    /// makers of custom media types, which are domains named like one.
    static func mediaHandlers(_ schemas: [String]) -> SQL {
        """
        with media (oid, schema, name) as (
            select t.oid, n.nspname, t.typname
            from pg_type t
            join pg_namespace n on n.oid = t.typnamespace
            where t.typtype = 'd' and (t.typname ~ '^[A-Za-z0-9.-]+/[A-Za-z0-9.+-]+$' or t.typname = '*/*')
        )
        select row_in.nspname, row_of.typname, n.nspname, p.proname, media.name, true
        from media
        join pg_proc p on p.prorettype = media.oid and p.prokind = 'a' and p.pronargs = 1
        join pg_namespace n on n.oid = p.pronamespace
        join pg_type row_of on row_of.oid = p.proargtypes[0]
        join pg_namespace row_in on row_in.oid = row_of.typnamespace
        left join pg_class c on c.reltype = row_of.oid and c.relkind in ('r', 'p', 'v', 'm', 'f')
        where n.nspname = any(\(schemas)::text[]) and (c.oid is not null or row_of.oid = 'anyelement'::regtype)
        union all
        select n.nspname, p.proname, media.schema, media.name, media.name, false
        from media
        join pg_proc p on p.prorettype = media.oid and p.prokind = 'f' and not p.proretset
        join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = any(\(schemas)::text[])
        """
    }

    /// role, setting, value: what ALTER ROLE attached to the roles this login can become, as far as the login may set
    /// it.
    static let roleSettings: SQL = """
        select r.rolname, split_part(attached.setting, '=', 1), substr(attached.setting, strpos(attached.setting, '=') + 1)
        from pg_auth_members m
        join pg_roles r on r.oid = m.roleid
        cross join lateral unnest(r.rolconfig) as attached (setting)
        join pg_settings s on s.name = split_part(attached.setting, '=', 1)
        where m.member = (select oid from pg_roles where rolname = current_user)
            and (s.context = 'user' or has_parameter_privilege(current_user, s.name, 'set'))
        order by r.rolname, s.name
        """
}
