/// The `sql/` folder of the project, embedded in the binary.
///
/// The build turns each file into a constant whose name is the file's name with everything that cannot stand in an
/// identifier replaced, the first digit of a number included. This list says what each of them is; a test holds it
/// against the folder, so a file that is missing here does not go unnoticed.
public enum SchemaFiles {
    /// Everything to apply, in the order of application: bootstrap, versioned files by number, functions, policies.
    public static let migrations: [Migration] = bootstrap + versioned + functions + policies

    private static let bootstrap = [Migration("bootstrap", .bootstrap, PackageResources.bootstrap_sql)]

    private static let versioned: [Migration] = [
        Migration("0001_roles", .versioned, PackageResources._001_roles_sql),
        Migration("0002_role_settings", .versioned, PackageResources._002_role_settings_sql),
        Migration("0003_schemas", .versioned, PackageResources._003_schemas_sql),
        Migration("0004_extensions", .versioned, PackageResources._004_extensions_sql),
        Migration("0005_default_privileges", .versioned, PackageResources._005_default_privileges_sql),
        Migration("0006_realtime_publication", .versioned, PackageResources._006_realtime_publication_sql),
        Migration("0007_auth_types", .versioned, PackageResources._007_auth_types_sql),
        Migration("0008_auth_users", .versioned, PackageResources._008_auth_users_sql),
        Migration("0009_auth_sessions", .versioned, PackageResources._009_auth_sessions_sql),
        Migration("0010_auth_factors", .versioned, PackageResources._010_auth_factors_sql),
        Migration("0011_auth_flows", .versioned, PackageResources._011_auth_flows_sql),
        Migration("0012_auth_sso", .versioned, PackageResources._012_auth_sso_sql),
        Migration("0013_auth_oauth", .versioned, PackageResources._013_auth_oauth_sql),
        Migration("0014_auth_constraints", .versioned, PackageResources._014_auth_constraints_sql),
        Migration("0015_auth_ledger", .versioned, PackageResources._015_auth_ledger_sql),
        Migration("0016_auth_grants", .versioned, PackageResources._016_auth_grants_sql),
        Migration("0017_storage_tables", .versioned, PackageResources._017_storage_tables_sql),
        Migration("0018_storage_multipart", .versioned, PackageResources._018_storage_multipart_sql),
        Migration("0019_storage_analytics", .versioned, PackageResources._019_storage_analytics_sql),
        Migration("0020_storage_ledger", .versioned, PackageResources._020_storage_ledger_sql),
        Migration("0021_storage_grants", .versioned, PackageResources._021_storage_grants_sql),
        Migration("0022_cases", .versioned, PackageResources._022_cases_sql),
        Migration("0023_case_files", .versioned, PackageResources._023_case_files_sql),
        Migration("0024_ai_insights", .versioned, PackageResources._024_ai_insights_sql),
        Migration("0025_jobs", .versioned, PackageResources._025_jobs_sql),
        Migration("0026_object_deletions", .versioned, PackageResources._026_object_deletions_sql),
        Migration("0027_api_keys", .versioned, PackageResources._027_api_keys_sql),
        Migration("0028_analysis_stages", .versioned, PackageResources._028_analysis_stages_sql),
        Migration("0029_labdocs_bucket", .versioned, PackageResources._029_labdocs_bucket_sql),
        Migration("0030_object_versions", .versioned, PackageResources._030_object_versions_sql),
        Migration("0031_oauth_authorization_expiry", .versioned, PackageResources._031_oauth_authorization_expiry_sql),
        Migration("0032_factor_guards", .versioned, PackageResources._032_factor_guards_sql),
        Migration("0033_throttling", .versioned, PackageResources._033_throttling_sql),
        Migration("0034_api_key_changes", .versioned, PackageResources._034_api_key_changes_sql),
        Migration("0035_code_requests", .versioned, PackageResources._035_code_requests_sql),
        Migration("0036_challenge_guards", .versioned, PackageResources._036_challenge_guards_sql),
        Migration("0037_auth_planning", .versioned, PackageResources._037_auth_planning_sql),
        Migration("0038_pending_links", .versioned, PackageResources._038_pending_links_sql),
    ]

    private static let functions: [Migration] = [
        Migration("functions/auth.claims", .repeatable, PackageResources.auth_claims_sql),
        Migration("functions/extensions.pgrst_watch", .repeatable, PackageResources.extensions_pgrst_watch_sql),
        Migration("functions/medmitra.jobs", .repeatable, PackageResources.medmitra_jobs_sql),
        Migration("functions/medmitra.object_deletions", .repeatable, PackageResources.medmitra_object_deletions_sql),
        Migration("functions/public.updated_at", .repeatable, PackageResources.public_updated_at_sql),
        Migration("functions/storage.guards", .repeatable, PackageResources.storage_guards_sql),
        Migration("functions/storage.operations", .repeatable, PackageResources.storage_operations_sql),
        Migration("functions/storage.paths", .repeatable, PackageResources.storage_paths_sql),
        Migration("functions/storage.walk_keys", .repeatable, PackageResources.storage_walk_keys_sql),
        Migration("functions/storage.walked_listings", .repeatable, PackageResources.storage_walked_listings_sql),
    ]

    private static let policies: [Migration] = [
        Migration("policies/public.ai_insights", .repeatable, PackageResources.public_ai_insights_sql),
        Migration("policies/public.case_files", .repeatable, PackageResources.public_case_files_sql),
        Migration("policies/public.cases", .repeatable, PackageResources.public_cases_sql),
        Migration("policies/storage.buckets", .repeatable, PackageResources.storage_buckets_sql),
        Migration("policies/storage.objects", .repeatable, PackageResources.storage_objects_sql),
    ]
}
