internal import Gateway
internal import HTTPTypes
internal import HummingbirdCore

extension StorageService {
    /// Every route of the service. Who may call is decided in each handler: `callers.required` (J in the contract),
    /// `callers.optional` (O) or neither (N).
    static func table(of service: StorageService) -> RouteTable {
        var routes = RouteTable()
        service.addBucketRoutes(to: &routes)
        service.addDownloadRoutes(to: &routes)
        service.addObjectRoutes(to: &routes)
        service.addSigningRoutes(to: &routes)
        routes.on(.get, "/status") { _ in .empty(.ok) }
        return routes
    }

    private func addBucketRoutes(to routes: inout RouteTable) {
        routes.on(.post, "/bucket") { try await createBucket($0) }
        routes.on(.get, "/bucket") { try await listBuckets($0) }
        routes.on(.get, "/bucket/:id") { try await getBucket($0) }
        routes.on(.put, "/bucket/:id") { try await updateBucket($0) }
        routes.on(.delete, "/bucket/:id") { try await deleteBucket($0) }
        routes.on(.post, "/bucket/:id/empty") { try await emptyBucket($0) }
    }

    private func addDownloadRoutes(to routes: inout RouteTable) {
        routes.on(.get, "/object/:bucket/*key") { try await downloadOptional($0) }
        routes.on(.head, "/object/:bucket/*key") { try await downloadOptional($0) }
        routes.on(.get, "/object/authenticated/:bucket/*key") { try await downloadAuthenticated($0) }
        routes.on(.head, "/object/authenticated/:bucket/*key") { try await downloadAuthenticated($0) }
        routes.on(.get, "/object/public/:bucket/*key") { try await downloadPublic($0) }
        routes.on(.head, "/object/public/:bucket/*key") { try await downloadPublic($0) }
        routes.on(.get, "/object/info/:bucket/*key") { try await infoOptional($0) }
        routes.on(.head, "/object/info/:bucket/*key") { try await downloadOptional($0) }
        routes.on(.get, "/object/info/authenticated/:bucket/*key") { try await infoAuthenticated($0) }
        routes.on(.head, "/object/info/authenticated/:bucket/*key") { try await downloadAuthenticated($0) }
        routes.on(.get, "/object/info/public/:bucket/*key") { try await infoPublic($0) }
    }

    private func addObjectRoutes(to routes: inout RouteTable) {
        routes.on(.post, "/object/:bucket/*key") { try await createObject($0) }
        routes.on(.put, "/object/:bucket/*key") { try await updateObject($0) }
        routes.on(.delete, "/object/:bucket/*key") { try await deleteObject($0) }
        routes.on(.delete, "/object/:bucket") { try await deleteObjects($0) }
        routes.on(.post, "/object/list/:bucket") { try await listObjects($0) }
        routes.on(.post, "/object/list-v2/:bucket") { try await listObjectsV2($0) }
        routes.on(.post, "/object/move") { try await moveObject($0) }
        routes.on(.post, "/object/copy") { try await copyObject($0) }
    }

    private func addSigningRoutes(to routes: inout RouteTable) {
        routes.on(.post, "/object/sign/:bucket/*key") { try await signObject($0) }
        routes.on(.post, "/object/sign/:bucket") { try await signObjects($0) }
        routes.on(.get, "/object/sign/:bucket/*key") { try await downloadSigned($0) }
        routes.on(.post, "/object/upload/sign/:bucket/*key") { try await signUpload($0) }
        routes.on(.put, "/object/upload/sign/:bucket/*key") { try await uploadSigned($0) }
    }
}
