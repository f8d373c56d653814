internal import CLibPQ
internal import Core
internal import Glibc

/// One libpq connection, finished when dropped. Every libpq call on a live connection is made here.
@safe struct ConnectionHandle: ~Copyable {
    private let raw: OpaquePointer

    /// What `PQgetResult` said.
    enum Outcome {
        /// The end of one command's results, or nothing to read.
        case end
        case rows(ResultSet)
        case failure(ServerError)
        /// Skipped, because an earlier command of the same flight failed.
        case skipped
        case sync
    }

    private init(taking raw: OpaquePointer) { unsafe self.raw = raw }

    /// Connects and waits for it; blocks, so only for threads of our own. Throws `.unavailable`.
    static func connect(_ configuration: DatabaseConfiguration) throws(DatabaseError) -> ConnectionHandle {
        let parameters = keywords(configuration)
        let connection = unsafe withCStrings(parameters.map(\.keyword)) { keywords in
            unsafe withCStrings(parameters.map(\.value)) { values in unsafe PQconnectdbParams(keywords, values, 1) }
        }
        guard let connection = unsafe connection else { throw .unavailable(cause: "out of memory") }
        let handle = unsafe ConnectionHandle(taking: connection)
        guard !handle.isBroken else { throw .unavailable(cause: handle.errorText) }
        var opening: [String] = []
        if configuration.setsStatementTimeout {
            opening.append("set statement_timeout = \(configuration.statementTimeout.wholeMilliseconds)")
        }
        if let role = configuration.assumeRole { opening.append(AssumedRole.statement(role)) }
        do throws(DatabaseError) {
            if !opening.isEmpty { try handle.executeBlocking(opening.joined(separator: "; ")) }
        } catch {
            throw .unavailable(cause: error.logText)
        }
        return handle
    }

    /// Later keywords override what the connection string says.
    private static func keywords(_ configuration: DatabaseConfiguration) -> [(keyword: String, value: String)] {
        var parameters = [("dbname", configuration.connection.reveal())]
        if let user = configuration.user { parameters.append(("user", user)) }
        if let password = configuration.password { parameters.append(("password", password.reveal())) }
        parameters.append(("application_name", "medmitra \(configuration.name)"))
        parameters.append(("client_encoding", "UTF8"))
        parameters.append(("connect_timeout", String(max(2, configuration.connectTimeout.components.seconds))))
        parameters.append(("tcp_user_timeout", "20000"))
        parameters.append(("keepalives_idle", "20"))
        return parameters
    }

    /// Switches to non-blocking pipeline mode, which the reactor needs.
    func enterPipeline() throws(DatabaseError) {
        guard unsafe PQsetnonblocking(raw, 1) == 0, unsafe PQenterPipelineMode(raw) == 1 else {
            throw .unavailable(cause: errorText)
        }
        // Notices may quote data and have no reader; the server logs them if it is told to.
        unsafe PQsetNoticeReceiver(raw, { _, _ in }, nil)
    }

    deinit { unsafe PQfinish(raw) }

    var descriptor: Int32 { unsafe PQsocket(raw) }
    var isBroken: Bool { unsafe PQstatus(raw) == CONNECTION_BAD }
    var serverVersion: Int { unsafe Int(PQserverVersion(raw)) }

    /// libpq's text, first line, without the trailing newline. Connection errors name host and role, not data.
    var errorText: String {
        let text = unsafe PQerrorMessage(raw).map { message in unsafe String(cString: message) } ?? ""
        return text.split(separator: "\n").joined(separator: "; ")
    }

    func cancelToken() -> CancelToken? { unsafe PQgetCancel(raw).map { token in unsafe CancelToken(taking: token) } }

    // MARK: Sending. Each returns false when the connection broke.

    func sendPrepare(name: String, text: String) -> Bool { unsafe PQsendPrepare(raw, name, text, 0, nil) == 1 }

    func sendExecute(name: String, _ parameters: [SQLValue], isBinary: Bool) -> Bool {
        unsafe ConnectionHandle.withParameters(parameters) { count, values, lengths, formats in
            unsafe PQsendQueryPrepared(raw, name, count, values, lengths, formats, isBinary ? 1 : 0) == 1
        }
    }

    func sendExecute(text: String, _ parameters: [SQLValue], isBinary: Bool) -> Bool {
        unsafe ConnectionHandle.withParameters(parameters) { count, values, lengths, formats in
            unsafe PQsendQueryParams(raw, text, count, nil, values, lengths, formats, isBinary ? 1 : 0) == 1
        }
    }

    func sendSync() -> Bool { unsafe PQpipelineSync(raw) == 1 }

    /// Writes what is buffered. True when all went out, false when the socket must become writable first.
    func flush() -> Bool { unsafe PQflush(raw) == 0 }

    // MARK: Receiving

    /// Reads what the socket has. False when the connection broke.
    func consumeInput() -> Bool { unsafe PQconsumeInput(raw) == 1 }

    /// True while `nextOutcome` would block.
    var isBusy: Bool { unsafe PQisBusy(raw) == 1 }

    func nextOutcome() -> Outcome {
        guard let result = unsafe PQgetResult(raw) else { return .end }
        switch unsafe PQresultStatus(result) {
        case PGRES_PIPELINE_SYNC:
            unsafe PQclear(result)
            return .sync
        case PGRES_PIPELINE_ABORTED:
            unsafe PQclear(result)
            return .skipped
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_SINGLE_TUPLE, PGRES_EMPTY_QUERY:
            return unsafe .rows(ResultSet(taking: result))
        default:
            defer { unsafe PQclear(result) }
            return unsafe .failure(ServerError(result: result))
        }
    }

    /// Notifications that arrived, oldest first.
    func notifications() -> [(channel: String, payload: String, processID: Int32)] {
        var received: [(String, String, Int32)] = []
        while let notification = unsafe PQnotifies(raw) {
            unsafe received.append(
                (
                    String(cString: notification.pointee.relname), String(cString: notification.pointee.extra),
                    notification.pointee.be_pid
                ))
            unsafe PQfreemem(notification)
        }
        return received
    }

    /// Runs a script by the simple query protocol and waits; only for threads of our own, outside pipeline mode.
    /// Without transaction commands of its own, the script is one transaction or part of the open one.
    func executeBlocking(_ text: String) throws(DatabaseError) {
        _ = unsafe try judge(PQexec(raw, text))
    }

    /// Runs one statement and waits; only for threads of our own, outside pipeline mode.
    func queryBlocking(_ statement: SQL) throws(DatabaseError) -> ResultSet {
        guard sendExecute(text: statement.text, statement.parameters, isBinary: statement.givesBinary) else {
            throw .connectionLost(cause: errorText)
        }
        let result = unsafe PQgetResult(raw)
        while let rest = unsafe PQgetResult(raw) { unsafe PQclear(rest) }
        return unsafe try judge(result)
    }

    private func judge(_ result: OpaquePointer?) throws(DatabaseError) -> ResultSet {
        guard let result = unsafe result else { throw .connectionLost(cause: errorText) }
        switch unsafe PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return unsafe ResultSet(taking: result)
        default:
            defer { unsafe PQclear(result) }
            if isBroken { throw .connectionLost(cause: errorText) }
            throw unsafe .server(ServerError(result: result))
        }
    }

    /// Whether libpq would cut `text` short, which it takes as a C string.
    static func containsNUL(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard let start = bytes.baseAddress else { return false }
            return unsafe memchr(start, 0, bytes.count) != nil
        }
    }

    // MARK: C arrays

    private static func withCStrings<Answer>(
        _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Answer
    ) -> Answer {
        let storage = strings.map { Array($0.utf8CString) }
        let joined = storage.flatMap { $0 }
        return unsafe joined.withUnsafeBufferPointer { buffer in
            var pointers = unsafe [UnsafePointer<CChar>?]()
            var offset = 0
            for text in storage {
                unsafe pointers.append(buffer.baseAddress.map { base in unsafe base + offset })
                offset += text.count
            }
            unsafe pointers.append(nil)
            return unsafe pointers.withUnsafeBufferPointer { list in
                guard let base = list.baseAddress else { preconditionFailure("an array with a terminator has a base") }
                return unsafe body(base)
            }
        }
    }

    /// Lays all values into one buffer, each followed by a NUL, and hands libpq pointers into it.
    private static func withParameters(
        _ parameters: [SQLValue],
        _ body: (Int32, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Bool
    ) -> Bool {
        guard !parameters.isEmpty else { return body(0, nil, nil, nil) }
        let count = parameters.count
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: parameters.byteCount) { bytes in
            unsafe withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count) { values in
                unsafe withUnsafeTemporaryAllocation(of: Int32.self, capacity: 2 * count) { numbers in
                    var place = 0
                    for (index, parameter) in parameters.enumerated() {
                        let start = place
                        let length = unsafe parameter.lay(into: bytes, at: &place)
                        unsafe values.initializeElement(
                            at: index, to: length == nil ? nil : UnsafePointer(bytes.baseAddress?.advanced(by: start)))
                        // Text ends where its NUL is, whatever is said of its length.
                        unsafe numbers.initializeElement(at: index, to: Int32(clamping: length ?? 0))
                        unsafe numbers.initializeElement(at: count + index, to: parameter.isBinary ? 1 : 0)
                    }
                    guard let lengths = numbers.baseAddress else { return false }
                    return unsafe body(Int32(count), UnsafePointer(values.baseAddress), lengths, lengths + count)
                }
            }
        }
    }
}

extension SQLValue {
    fileprivate var isBinary: Bool {
        switch self {
        case .null, .text: false
        case .bytes, .portion: true
        }
    }

    /// Puts the value and a NUL into `buffer`, which has room for them, and moves `place` behind. The number of bytes
    /// without the NUL; nil for null.
    fileprivate func lay(into buffer: UnsafeMutableBufferPointer<CChar>, at place: inout Int) -> Int? {
        func copy(_ bytes: UnsafeBufferPointer<UInt8>) {
            let target = unsafe UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[place...])
            unsafe target.copyMemory(from: UnsafeRawBufferPointer(bytes))
            unsafe target[bytes.count] = 0
        }
        let count: Int
        switch self {
        case .null: return nil
        case .text(var text):
            count = text.withUTF8 { bytes in
                unsafe copy(bytes)
                return bytes.count
            }
        case .bytes(let content):
            unsafe content.withUnsafeBufferPointer { bytes in unsafe copy(bytes) }
            count = content.count
        case .portion(let content):
            unsafe content.withUnsafeBufferPointer { bytes in unsafe copy(bytes) }
            count = content.count
        }
        place += count + 1
        return count
    }
}

extension ServerError {
    init(result: OpaquePointer) {
        func field(_ code: Int32) -> String? {
            unsafe PQresultErrorField(result, code).map { text in unsafe String(cString: text) }
        }
        self.init(
            sqlState: SQLState(rawValue: field(diagnostic("C")) ?? ""), severity: field(diagnostic("V")) ?? "",
            message: unsafe field(diagnostic("M")) ?? String(cString: PQresultErrorMessage(result)),
            detail: field(diagnostic("D")), hint: field(diagnostic("H")), schema: field(diagnostic("s")),
            table: field(diagnostic("t")), column: field(diagnostic("c")), dataType: field(diagnostic("d")),
            constraint: field(diagnostic("n")), position: field(diagnostic("P")))
    }
}

/// libpq's `PG_DIAG_*` codes are the protocol's field letters.
private func diagnostic(_ letter: Unicode.Scalar) -> Int32 { Int32(letter.value) }

/// The right to cancel what one connection is running.
///
/// `@unchecked Sendable`: libpq documents `PQcancel` as safe from any thread.
@safe final class CancelToken: @unchecked Sendable {
    private let raw: OpaquePointer

    init(taking raw: OpaquePointer) { unsafe self.raw = raw }
    deinit { unsafe PQfreeCancel(raw) }

    /// Opens a connection to say so; blocks until the server took note. Nil means it did.
    func cancelBlocking() -> String? {
        var buffer = [CChar](repeating: 0, count: 256)
        let succeeded = unsafe PQcancel(raw, &buffer, Int32(buffer.count)) == 1
        guard !succeeded else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// Carries a fresh connection from the thread that made it to the reactor.
///
/// `@unchecked Sendable`: the handle is taken exactly once, by the receiver of the message.
final class ConnectionParcel: @unchecked Sendable {
    private var handle: ConnectionHandle?

    init(_ handle: consuming ConnectionHandle) { self.handle = consume handle }

    func take() -> ConnectionHandle? {
        var taken: ConnectionHandle?
        swap(&taken, &handle)
        return taken
    }
}
