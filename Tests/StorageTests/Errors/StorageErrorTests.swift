import Core
import HTTPTypes
import HummingbirdCore
import NIOCore
import Objects
@testable import Postgres
import Testing

@testable import Gateway
@testable import Storage

@Suite struct `Storage errors` {
    /// The contract's table, word for word: error, HTTP status, body.
    static let table: [(StorageError, Int, String)] = [
        (
            .noSuchBucket, 400,
            #"{"statusCode":"404","error":"Bucket not found","message":"Bucket not found","code":"NoSuchBucket"}"#
        ),
        (.noSuchKey, 400, #"{"statusCode":"404","error":"not_found","message":"Object not found","code":"NoSuchKey"}"#),
        (
            .bytesGone, 400,
            #"{"statusCode":"404","error":"Not found","message":"The resource was not found","code":"NoSuchKey"}"#
        ),
        (
            .keyAlreadyExists, 400,
            #"{"statusCode":"409","error":"Duplicate","message":"The resource already exists","code":"KeyAlreadyExists"}"#
        ),
        (
            .bucketAlreadyExists, 400,
            #"{"statusCode":"409","error":"Duplicate","message":"The resource already exists","code":"BucketAlreadyExists"}"#
        ),
        (
            .accessDenied("Access denied"), 400,
            #"{"statusCode":"403","error":"Unauthorized","message":"Access denied","code":"AccessDenied"}"#
        ),
        (
            .entityTooLarge, 400,
            #"{"statusCode":"413","error":"Payload too large","message":"The object exceeded the maximum allowed size","code":"EntityTooLarge"}"#
        ),
        (
            .invalidMimeType("a/b"), 400,
            #"{"statusCode":"415","error":"invalid_mime_type","message":"mime type a/b is not supported","code":"InvalidMimeType"}"#
        ),
        (
            .invalidContentType, 400,
            #"{"statusCode":"415","error":"invalid_mime_type","message":"Invalid Content-Type header","code":"InvalidMimeType"}"#
        ),
        (
            .invalidKey("é"), 400,
            #"{"statusCode":"400","error":"InvalidKey","message":"Invalid key: é","code":"InvalidKey"}"#
        ),
        (
            .noContent, 400,
            #"{"statusCode":"400","error":"InvalidRequest","message":"No content provided","code":"InvalidRequest"}"#
        ),
        (
            .invalidBucketName, 400,
            #"{"statusCode":"400","error":"Invalid Input","message":"Bucket name invalid","code":"InvalidBucketName"}"#
        ),
        (
            .invalidRange(size: 5), 416,
            #"{"statusCode":"416","error":"invalid_range","message":"invalid range provided","code":"InvalidRange"}"#
        ),
        (
            .bucketNotEmpty, 400,
            #"{"statusCode":"409","error":"ResourceNotEmpty","message":"The bucket you tried to delete is not empty","code":"ResourceNotEmpty"}"#
        ),
        (.invalidJWT("x"), 400, #"{"statusCode":"400","error":"InvalidJWT","message":"x","code":"InvalidJWT"}"#),
        (
            .invalidSignature("Invalid signature"), 400,
            #"{"statusCode":"400","error":"InvalidSignature","message":"Invalid signature","code":"InvalidSignature"}"#
        ),
        (
            .relatedResourceMissing, 400,
            #"{"statusCode":"404","error":"InvalidRequest","message":"The related resource does not exist","code":"InvalidRequest"}"#
        ),
        (
            .schemaViolation("body/x must be string"), 400,
            #"{"statusCode":"400","error":"Error","message":"body/x must be string","code":"InvalidRequest"}"#
        ),
        (
            .serviceRoleOnly, 403,
            #"{"statusCode":"403","error":"Unauthorized","message":"Access denied","code":"AccessDenied"}"#
        ),
        (
            .failed(cause: "secret"), 500,
            #"{"statusCode":"500","error":"Internal","message":"Internal Server Error","code":"InternalError"}"#
        ),
    ]

    private static func request(_ method: HTTPRequest.Method = .get) throws -> GatewayRequest {
        GatewayRequest(
            id: "test", method: method, path: "/x", query: try Query(""), headers: [:],
            body: RequestBody(buffer: ByteBuffer()),
            credentials: Credentials(key: nil, bearer: .none, hasAuthorizationHeader: false), clientAddress: "::1")
    }

    @Test func `are written as the contract has them, and bare for a head`() async throws {
        for (error, status, body) in Self.table {
            let rendered = ErrorRenderer.render(error, for: try Self.request())
            #expect(rendered.response.status.code == status)
            #expect(try await Answer(rendered.response).text == body)
            let head = ErrorRenderer.render(error, for: try Self.request(.head))
            #expect(head.response.status.code == status)
            #expect(try await Answer(head.response).bytes.isEmpty)
        }
        #expect(ErrorRenderer.render(StorageError.failed(cause: "why"), for: try Self.request()).cause == "why")
        #expect(ErrorRenderer.render(StorageError.noSuchKey, for: try Self.request()).cause == nil)
    }

    @Test(
        arguments: [
            ("42501", nil, "AccessDenied", 400), ("23505", "objects", "KeyAlreadyExists", 400),
            ("23505", "buckets", "BucketAlreadyExists", 400),
            ("23503", nil, "InvalidRequest", 400), ("55P03", nil, "ResourceLocked", 400),
            ("57014", nil, "DatabaseTimeout", 544),
            ("25006", nil, "DatabaseReadOnly", 400), ("42P01", nil, "DatabaseSchemaMismatch", 400),
            ("22P02", nil, "InvalidParameter", 400),
            ("22P05", nil, "InvalidParameter", 400), ("53100", nil, "InsufficientStorage", 507),
            ("53300", nil, "SlowDown", 429),
            ("XX000", nil, "InternalError", 500),
        ] as [(String, String?, String, Int)])
    func `of PostgreSQL have their codes`(state: String, table: String?, code: String, status: Int) throws {
        let error = DatabaseError.server(
            ServerError(sqlState: SQLState(rawValue: state), severity: "ERROR", message: "m", table: table))
        let failure = StorageError(error, for: try Self.request())
        #expect(failure.code == code)
        #expect(failure.httpStatus == status)
    }

    @Test func `of the object store and the body have their codes`() throws {
        struct Unknown: Error {}
        for (error, code, status) in [
            (ObjectError.outOfSpace, "InsufficientStorage", 507),
            (ObjectError.tooLarge(limit: .bytes(1)), "EntityTooLarge", 400),
            (ObjectError.notFound(version: "v"), "NoSuchKey", 400), (ObjectError.cancelled, "Aborted", 499),
            (ObjectError.bodyFailed(MultipartError.cutShort), "InvalidRequest", 400),
            (ObjectError.bodyFailed(Unknown()), "Aborted", 499),
            (DatabaseError.poolExhausted(waited: .zero), "SlowDown", 429),
            (DatabaseError.unavailable(cause: "x"), "DatabaseError", 503),
            (BodyError.tooLarge(limit: .bytes(1)), "EntityTooLarge", 400),
            (RoutingError.notFound, "InvalidRequest", 404), (CancellationError(), "Aborted", 499),
            (Unknown(), "InternalError", 500),
        ] as [(any Error, String, Int)] {
            let failure = StorageError(error, for: try Self.request())
            #expect(failure.code == code, "\(error)")
            #expect(failure.httpStatus == status, "\(error)")
        }
    }
}
