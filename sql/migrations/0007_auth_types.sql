-- The enumerations of schema auth, as Supabase Auth names them. A restored schema may know fewer values.
do $types$
declare
    wanted record;
    label text;
begin
    for wanted in
        select *
        from (values
            ('aal_level', array['aal1', 'aal2', 'aal3']),
            ('code_challenge_method', array['s256', 'plain']),
            ('factor_status', array['unverified', 'verified']),
            ('factor_type', array['totp', 'webauthn', 'phone']),
            ('oauth_authorization_status', array['pending', 'approved', 'denied', 'expired']),
            ('oauth_client_type', array['public', 'confidential']),
            ('oauth_registration_type', array['dynamic', 'manual']),
            ('oauth_response_type', array['code']),
            ('one_time_token_type', array[
                'confirmation_token', 'reauthentication_token', 'recovery_token', 'email_change_token_new',
                'email_change_token_current', 'phone_change_token'])
        ) as entry (name, labels)
    loop
        if to_regtype(format('auth.%I', wanted.name)) is null then
            execute format(
                'create type auth.%I as enum (%s)', wanted.name,
                (select string_agg(quote_literal(value), ', ') from unnest(wanted.labels) as value));
        end if;
        foreach label in array wanted.labels
        loop
            if not exists (
                select
                from pg_enum
                where enumtypid = to_regtype(format('auth.%I', wanted.name)) and enumlabel = label)
            then
                execute format('alter type auth.%I add value %L', wanted.name, label);
            end if;
        end loop;
    end loop;
end
$types$;
