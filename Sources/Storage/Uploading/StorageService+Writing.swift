internal import Core
internal import Gateway
internal import NIOCore
internal import Objects
internal import Postgres

extension StorageService {
    /// Row-level security's word on a write, before any byte is stored: the row is written as the caller and rolled
    /// back. Throws what PostgreSQL answered.
    func probe(
        _ object: NewObject, by writer: Writer, _ operation: Operation, _ request: GatewayRequest
    ) async throws {
        let settings: TransactionSettings
        switch writer.right {
        case .caller(let identity): settings = TransactionSettings(identity, operation, request)
        case .signedURL: settings = .service(operation)
        }
        let statement = writer.isUpsert ? ObjectStatements.upsert(object) : ObjectStatements.insert(object)
        do {
            try await database.transaction(settings) { transaction in
                try await transaction.run(statement)
                throw ProbePassed()
            }
        } catch is ProbePassed {}
    }

    /// Ends a probe's transaction, so that it is rolled back.
    private struct ProbePassed: Error {}

    /// Checks, probes, stores the bytes and commits the row. Returns the row's id. When anything fails, neither row nor
    /// bytes are left.
    /// - Parameter afterBody: what must still hold when the bytes are stored and the row is not yet committed.
    func upload(
        _ pending: PendingUpload, by writer: Writer, _ operation: Operation, _ request: GatewayRequest,
        body: some AsyncSequence<ByteBuffer, any Error> & Sendable,
        afterBody: () async throws -> Void = {}
    ) async throws -> String {
        let limit = pending.sizeLimit(serverLimit: configuration.fileSizeLimit)
        try pending.check(limit: limit)
        let version = ObjectVersion.fresh(bucket: pending.bucket.id, key: pending.key)
        var object = NewObject(
            bucket: pending.bucket.id, name: pending.key, owner: writer.owner, ownerID: writer.ownerID,
            version: version.version, metadata: pending.probeMetadata, userMetadata: pending.userMetadata)
        try await probe(object, by: writer, operation, request)
        let stored = try await objects.write(version, limit: limit, expected: pending.declaredSize, body: body)
        object.metadata = pending.metadata(stored: stored, at: clock.now())
        do {
            try await afterBody()
        } catch {
            await discard(version)
            throw error
        }
        return try await commit(object, version, isUpsert: writer.isUpsert, operation)
    }

    /// Makes `object` the live row of its key, as the service itself. Its bytes are durable by now.
    func commit(
        _ object: NewObject, _ version: ObjectVersion, isUpsert: Bool, _ operation: Operation,
        lockMilliseconds: Int = StorageLimits.commitLockMilliseconds
    ) async throws -> String {
        var settings = TransactionSettings.service(operation)
        settings.set("lock_timeout", String(lockMilliseconds))
        let statements = [
            ObjectStatements.lock(bucket: object.bucket, name: object.name),
            isUpsert ? ObjectStatements.upsert(object) : ObjectStatements.insertNew(object),
        ]
        do {
            // In a task of its own: a client that leaves now must not make it unknown whether the row was committed.
            let results = try await Task { [database, settings] in
                try await database.run(settings, statements)
            }.value
            // A racing upload without upsert may have come first; the probe could not see it.
            guard let row = results.last?.first else { throw StorageError.keyAlreadyExists }
            return try row.text(0)
        } catch {
            try await rollBack(version, after: error)
        }
    }

    /// Removes bytes whose row did not come to be, unless it may have: then the search for orphans decides later.
    private func rollBack(_ version: ObjectVersion, after error: any Error) async throws -> Never {
        switch error as? DatabaseError {
        case .connectionLost, .cancelled: break
        case nil, .server, .unavailable, .poolExhausted, .shuttingDown, .invalidParameter, .unexpectedResult:
            await discard(version)
        }
        if let error = error as? DatabaseError, error.sqlState == .lockNotAvailable { throw StorageError.lockTimeout }
        throw error
    }

    /// Removes bytes that no row ever named. In a task of its own, because the request's may be cancelled: that is one
    /// of the reasons to come here.
    func discard(_ version: ObjectVersion) async {
        let objects = objects
        // What cannot be removed now is found by the search for orphans.
        await Task { try? await objects.delete(version) }.value
    }
}
