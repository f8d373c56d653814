internal import Core
internal import Postgres

/// SQL on `public.case_files` and on the object rows behind it. Run as the doctor.
enum FileStatements {
    /// A file's row as clients see it; the key in the object store stays inside.
    private static let columns: SQL = """
        f.id, f.file_id, f.case_id, f.file_name, f.file_type, f.file_size, f.file_url, f.file_category, f.upload_date,
        f.upload_date as uploaded_at, f.text_data, f.ai_summary, f.lab_values, f.read_error, f.sha256
        """

    static func insert(_ file: StoredFile, caseID: String) -> SQL {
        """
        with f as (
            insert into public.case_files (file_id, case_id, file_name, file_type, file_size, file_category,
                upload_date, storage_path, sha256)
            values (\(file.id), \(caseID), \(file.name), \(file.mediaType), \(file.size)::bigint,
                \(file.category.rawValue), clock_timestamp(), \(file.key), \(file.sha256))
            returning *)
        select row_to_json(x), x.storage_path from (select \(columns), f.storage_path from f) x
        """
    }

    /// The row that makes the bytes an object of the private bucket, as an upload through the storage API leaves it.
    static func insertObject(_ file: StoredFile, doctorID: String) -> SQL {
        """
        insert into storage.objects (bucket_id, name, owner, owner_id, version, metadata, user_metadata)
        values (\(StoredFile.bucket), \(file.key), \(doctorID)::uuid, \(doctorID), \(file.version),
            \(file.metadata)::jsonb, '{}'::jsonb)
        """
    }

    static func list(caseID: SQL) -> SQL {
        """
        select row_to_json(x), x.storage_path
        from (select \(columns), f.storage_path from public.case_files f where f.case_id = \(caseID)
            order by f.file_category, f.id) x
        """
    }

    static func read(_ id: RecordID) -> SQL {
        """
        select row_to_json(x), x.storage_path
        from (select \(columns), f.storage_path from public.case_files f where \(predicate(id))) x
        """
    }

    static func delete(_ id: RecordID, caseID: RecordID?) -> SQL {
        var sql: SQL = "delete from public.case_files f where \(predicate(id))"
        if let caseID {
            sql =
                sql
                + " and f.case_id in (select c.case_id from public.cases c where \(CaseStatements.predicate(caseID)))"
        }
        return sql + " returning f.file_id"
    }

    private static func predicate(_ id: RecordID) -> SQL {
        switch id {
        case .uuid(let uuid): "f.file_id = \(uuid)"
        case .row(let row): "f.id = \(row)::bigint"
        }
    }

    // MARK: For the analysis

    /// What the analysis needs of each file, with the live version of its bytes.
    static func listForAnalysis(caseID: String) -> SQL {
        """
        select f.file_id, f.file_category, f.file_name, f.file_type, o.name, o.version
        from public.case_files f
        left join storage.objects o on o.bucket_id = \(StoredFile.bucket) and o.name = f.storage_path
        where f.case_id = \(caseID) order by f.file_category, f.id
        """
    }

    static func saveReading(
        fileID: String, text: String?, labValues: JSON?, summary: String?, failure: String?
    ) -> SQL {
        """
        update public.case_files set text_data = \(text), lab_values = \(labValues)::jsonb, ai_summary = \(summary),
            read_error = \(failure)
        where file_id = \(fileID)
        """
    }
}
