/// A multipart/form-data body, put together by hand.
struct MultipartForm {
    static let boundary = "----boundary-of-the-test"
    static let contentType = "multipart/form-data; boundary=\(boundary)"
    private(set) var text = ""

    mutating func field(_ name: String, _ value: String) {
        text += "--\(Self.boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
    }

    mutating func file(name: String = "", fileName: String = "blob", type: String? = nil, _ content: String) {
        text += "--\(Self.boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"; filename=\"\(fileName)\"\r\n"
        if let type { text += "Content-Type: \(type)\r\n" }
        text += "\r\n\(content)\r\n"
    }

    var bytes: [UInt8] { Array((text + "--\(Self.boundary)--\r\n").utf8) }
}
