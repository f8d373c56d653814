/// The body of a write or of a call.
enum Payload: Sendable {
    /// A JSON object or array of objects with these keys in each (sorted, each once). CSV and form fields for
    /// relations come as this, too.
    case json([UInt8], keys: [String])
    /// Bytes that claim to be JSON; nobody looked inside because `columns` says what to take from them.
    case uncheckedJSON([UInt8])
    /// Form fields as the arguments of a function, in order.
    case arguments([(name: String, value: String)])
    /// The one unnamed argument of a function: text, XML or bytes.
    case raw([UInt8])
}
