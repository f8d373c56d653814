internal import Auth
internal import Core
internal import Cryptography

/// A form sent to a text message service, and its answer in JSON.
struct FormPost: Sendable {
    let web: any WebClient
    let url: String
    var headers: [(name: String, value: String)] = []

    /// The status and the answer; null for one that is no JSON.
    func send(_ fields: [(String, String)]) async throws(TextMessageFailure) -> (status: Int, answer: JSON) {
        var request = WebRequest(url)
        request.method = "POST"
        request.headers = [("content-type", "application/x-www-form-urlencoded")] + headers
        request.body = Array(
            fields.map { FormPost.encode($0.0) + "=" + FormPost.encode($0.1) }.joined(separator: "&").utf8)
        request.timeLimit = .seconds(10)
        let response: WebResponse
        do throws(WebFailure) { response = try await web.send(request) } catch {
            throw TextMessageFailure(cause: "the service cannot be reached: \(error)")
        }
        do throws(JSONError) {
            return (response.status, try JSON(parsing: response.body))
        } catch {
            // Some answer errors with a page; the status says what there is to know.
            return (response.status, .null)
        }
    }

    static func basic(_ user: String, _ password: Secret<String>) -> (name: String, value: String) {
        ("authorization", "Basic " + Base64.encode(Array("\(user):\(password.reveal())".utf8)))
    }

    /// Everything but unreserved characters (RFC 3986, section 2.3).
    static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var output: [UInt8] = []
        for byte in text.utf8 {
            let isKept =
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-._~".utf8.contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            output += isKept ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: output, as: UTF8.self)
    }
}

extension TextMessage {
    /// Throws for services that send nothing but text messages.
    func requireSMS(_ service: String) throws(TextMessageFailure) {
        guard channel == .sms else {
            throw TextMessageFailure(cause: "\(service) sends no \(channel.rawValue) messages")
        }
    }
}
