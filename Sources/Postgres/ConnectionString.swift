internal import CLibPQ

/// Connection URIs and keyword/value strings as libpq reads them.
public enum ConnectionString {
    /// What is wrong with `text`, in libpq's words, or nil. Nothing is contacted.
    public static func problem(in text: String) -> String? {
        var message = unsafe UnsafeMutablePointer<CChar>?.none
        let options = unsafe PQconninfoParse(text, &message)
        unsafe PQconninfoFree(options)
        guard let message = unsafe message else { return nil }
        defer { unsafe PQfreemem(message) }
        return unsafe String(cString: message).split(separator: "\n").joined(separator: " ")
    }
}
