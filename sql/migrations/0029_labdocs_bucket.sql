-- The private bucket of case files. Its limits bind uploads through the storage API; the case service checks on its
-- own. Made once: an operator who changes it afterwards is not overruled.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values (
    'labdocs', 'labdocs', false, 50 * 1024 * 1024,
    array['text/csv', 'application/pdf', 'image/jpeg', 'image/png', 'application/dicom', 'image/dicom'])
on conflict do nothing;
