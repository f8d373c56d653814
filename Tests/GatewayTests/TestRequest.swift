import HTTPTypes
import HummingbirdCore
import NIOCore

@testable import Gateway

enum TestRequest {
    static func make(
        _ method: HTTPRequest.Method = .get, path: String = "/", headers: HTTPFields = [:], body: String = ""
    ) -> GatewayRequest {
        do throws(RequestLineError) {
            return GatewayRequest(
                id: "test", method: method, path: path, query: try Query(""), headers: headers,
                body: RequestBody(buffer: ByteBuffer(string: body)),
                credentials: Credentials(key: nil, bearer: .none, hasAuthorizationHeader: false),
                clientAddress: "127.0.0.1")
        } catch {
            preconditionFailure("an empty query is legal")
        }
    }
}
