internal import Core
internal import Core
internal import HTTPTypes

extension GatewayRequest {
    /// A reader of the body as multipart/form-data. Throws ``MultipartError`` `.notMultipart` and what is wrong with the
    /// boundary.
    public func multipart(limits: MultipartLimits = MultipartLimits()) throws(MultipartError) -> MultipartReader {
        if let length = contentLength, length > limits.messageMax.bytes {
            throw .messageTooLarge(limit: limits.messageMax)
        }
        guard let contentType = headers[.contentType] else { throw .notMultipart }
        return try MultipartReader(contentType: contentType, body: body, limits: limits)
    }
}
