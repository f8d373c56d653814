internal import Gateway
internal import HTTPTypes
internal import NIOCore

/// Status and header fields of the answer to a call or an insert, made once by ``AnswerMaker``, for answers that differ in
/// nothing but the range of rows.
struct DirectChangeHead: Sendable {
    private let status: HTTPResponse.Status
    /// The offset of a page; nil where the range names no rows.
    private let offset: Int?
    private let rest: [UInt8]
    private let hasBody: Bool

    /// Nil where nothing can be made once.
    init?(_ plan: RequestPlan, _ request: APIRequest, _ active: ActiveConfiguration) {
        let maker = AnswerMaker(request: request, active: active)
        var answer: Answer
        switch plan {
        case .call(let call):
            guard let made = try? maker.answer(call, StatementResult()) else { return nil }
            answer = made
            maker.warn(of: call.root, in: &answer)
            hasBody = !call.routine.returnsVoid
            offset = request.topRange.offset
        case .write(let write):
            // Whether rows were merged is seen in the result.
            guard case .insert(let conflict) = write.change, conflict?.resolution != .mergeDuplicates,
                request.preferences.count == nil, let made = try? maker.answer(write, StatementResult())
            else { return nil }
            answer = made
            maker.warn(of: write.root, in: &answer)
            hasBody = request.preferences.representation == .full
            offset = nil
        case .read, .describe, .relationInfo, .functionInfo, .rootInfo: return nil
        }
        guard answer.headers[.vary] == nil else { return nil }
        if offset != nil { answer.headers[.contentRange] = nil }
        status = answer.status
        rest = answer.headers.lines
    }

    /// Nil where rows were counted or one is to be located, or SQL asked for something.
    func answer(_ result: StatementResult) -> DirectAnswer? {
        guard result.total == nil, result.headersText == nil, result.statusText == nil, result.location.isEmpty else {
            return nil
        }
        var lines: [UInt8] = []
        lines.reserveCapacity(rest.count + 48)
        if let offset {
            lines.append(contentsOf: "Content-Range: ".utf8)
            lines.append(contentsOf: ContentRange(offset: offset, rows: result.rows, total: nil).text.utf8)
            lines.append(contentsOf: "\r\n".utf8)
        }
        lines.append(contentsOf: rest)
        return DirectAnswer(status: status, lines: lines, body: hasBody ? result.body : ByteBuffer())
    }
}
