public import Core
public import HTTPTypes
public import HummingbirdCore
internal import NIOCore

extension Response {
    /// A JSON body.
    public static func json(
        _ value: JSON, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:],
        contentType: String = "application/json"
    ) -> Response {
        bytes(value.bytes, status: status, headers: headers, contentType: contentType)
    }

    /// Bytes that the database or a template already made.
    public static func bytes(
        _ bytes: [UInt8], status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], contentType: String
    ) -> Response {
        var headers = headers
        headers[.contentType] = contentType
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// A plain text body.
    public static func text(_ text: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        bytes(Array(text.utf8), status: status, headers: headers, contentType: "text/plain; charset=utf-8")
    }

    /// No body.
    public static func empty(_ status: HTTPResponse.Status, headers: HTTPFields = [:]) -> Response {
        Response(status: status, headers: headers, body: ResponseBody())
    }
}
