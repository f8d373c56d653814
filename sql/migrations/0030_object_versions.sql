-- The sweeper of unreferenced bytes looks rows up by version alone, since a moved object keeps its version.
create index if not exists objects_version_idx on storage.objects (version);
