public import Auth
internal import Core

/// The range interface of haveibeenpwned.com: it is told five of the forty digits of a hash and answers with all
/// hashes that begin with them (k-anonymity), so it never learns which one was meant.
public struct BreachService: BreachedPasswords {
    private let web: any WebClient
    private let url: String
    private let userAgent: String

    /// - Parameters:
    ///   - url: without the path `/range/`.
    ///   - userAgent: how the service is told who asks; it refuses who does not say.
    public init(
        web: any WebClient, url: String = "https://api.pwnedpasswords.com", userAgent: String = "medmitra-gateway"
    ) {
        self.web = web
        self.url = url
        self.userAgent = userAgent
    }

    public func contains(hash: String) async throws(BreachLookupFailure) -> Bool {
        var request = WebRequest(url + "/range/" + hash.prefix(5))
        // Padded answers: their size does not tell the prefix to who listens.
        request.headers = [("user-agent", userAgent), ("add-padding", "true")]
        request.answerMax = .mebibytes(1)
        let response: WebResponse
        do throws(WebFailure) { response = try await web.send(request) } catch {
            throw BreachLookupFailure(cause: "\(error)")
        }
        guard response.status == 200 else {
            throw BreachLookupFailure(cause: "the service answered with status \(response.status)")
        }
        let rest = Array(hash.utf8.dropFirst(5))
        return response.body.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).contains { line in
            let count = line.dropFirst(rest.count)
            // A count of zero is padding.
            return line.prefix(rest.count).elementsEqual(rest) && count.first == UInt8(ascii: ":")
                && !count.dropFirst().elementsEqual("0".utf8)
        }
    }
}
