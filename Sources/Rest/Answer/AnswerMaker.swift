internal import HTTPTypes
internal import NIOCore

/// Makes the answer of a statement's result (contract, sections 1 to 5).
struct AnswerMaker: Sendable {
    let request: APIRequest
    let active: ActiveConfiguration

    func answer(_ plan: ReadPlan, _ result: StatementResult) throws(RestError) -> Answer {
        var answer = page(result)
        answer.add(.contentLocation, contentLocation(plan.identifier.name))
        let refusal = refusal(result)
        finish(&answer, plan.format, refusal ?? result.body, isHead: plan.headersOnly)
        if refusal == nil, let rest = result.rest, let length = result.length { answer.rest = (rest, length) }
        answer.share = result.share
        applied(&answer) { preferences in
            preferences.resolution = nil
            preferences.missing = nil
            preferences.representation = nil
            preferences.maxAffected = nil
        }
        try answer.override(with: result)
        return answer
    }

    func answer(_ plan: CallPlan, _ result: StatementResult) throws(RestError) -> Answer {
        var answer = page(result)
        if plan.routine.returnsVoid {
            answer.status = .noContent
        } else {
            let refusal = refusal(result)
            finish(&answer, plan.format, refusal ?? result.body, isHead: plan.invocation == .head)
            if refusal == nil, let rest = result.rest, let length = result.length { answer.rest = (rest, length) }
            answer.share = result.share
        }
        applied(&answer) { preferences in
            preferences.resolution = nil
            preferences.missing = nil
            preferences.representation = nil
        }
        try answer.override(with: result)
        return answer
    }

    func answer(_ plan: WritePlan, _ result: StatementResult) throws(RestError) -> Answer {
        let total = countsRows ? result.rows : nil
        let showsRows = request.preferences.representation == .full
        var answer = Answer(status: showsRows ? .ok : .noContent)
        switch plan.change {
        case .insert:
            answer.status = merged(plan, result) ? .ok : .created
            answer.add(.contentRange, ContentRange(total: total).text)
            if !result.location.isEmpty { answer.add(.location, location(plan, result)) }
            if !showsRows { answer.body = ByteBuffer() }
        case .update: answer.add(.contentRange, ContentRange(offset: 0, rows: result.rows, total: total).text)
        case .delete: answer.add(.contentRange, ContentRange(total: total).text)
        case .singleUpsert:
            if showsRows, (result.inserted ?? 0) > 0 { answer.status = .created }
        }
        if showsRows { finish(&answer, plan.format, result.body, isHead: false) }
        applied(&answer) { preferences in limit(&preferences, to: plan) }
        try answer.override(with: result)
        return answer
    }

    /// The plan of a statement in place of its rows.
    func answer(plan format: AnswerFormat, _ text: [UInt8]) -> Answer {
        var answer = Answer(status: .ok)
        finish(&answer, format, ByteBuffer(bytes: text), isHead: false)
        return answer
    }

    // MARK: Parts

    private var countsRows: Bool {
        request.preferences.count == .exact || request.preferences.count == .estimated
    }

    /// Status and `Content-Range` of rows that were read.
    private func page(_ result: StatementResult) -> Answer {
        let offset = request.topRange.offset
        var answer = Answer(status: .ok)
        answer.add(.contentRange, ContentRange(offset: offset, rows: result.rows, total: result.total).text)
        guard let total = result.total else { return answer }
        if offset > total {
            answer.status = .rangeNotSatisfiable
        } else if result.rows < total {
            answer.status = .partialContent
        }
        return answer
    }

    /// The body in place of rows when the page begins behind the last one (PGRST103).
    private func refusal(_ result: StatementResult) -> ByteBuffer? {
        let offset = request.topRange.offset
        guard let total = result.total, offset > total else { return nil }
        let error = RestError.request(.invalidRange(.outOfBounds(offset: offset, total: total)))
        return ByteBuffer(bytes: ErrorRenderer(configuration: active.configuration).body(error))
    }

    private func finish(_ answer: inout Answer, _ format: AnswerFormat, _ body: ByteBuffer, isHead: Bool) {
        answer.add(.contentType, format.mediaType.contentType)
        if request.schemaIsNegotiated { answer.add(.contentProfile, request.schema) }
        answer.body = isHead ? nil : body
    }

    /// Merging wrote, but nothing of it was new.
    private func merged(_ plan: WritePlan, _ result: StatementResult) -> Bool {
        guard case .insert(let conflict) = plan.change, conflict?.resolution == .mergeDuplicates else { return false }
        return (result.inserted ?? 0) <= 0
    }

    private func location(_ plan: WritePlan, _ result: StatementResult) -> String {
        let pairs = result.location.map { PercentEncoding.encode($0.name) + "=" + PercentEncoding.encode($0.filter) }
        return "/" + PercentEncoding.encode(plan.relation.identifier.name) + "?" + pairs.joined(separator: "&")
    }

    private func contentLocation(_ name: String) -> String {
        let path = "/" + PercentEncoding.encode(name)
        return request.query.canonical.isEmpty ? path : path + "?" + request.query.canonical
    }

    private func applied(_ answer: inout Answer, _ limit: (inout Preferences) -> Void) {
        var preferences = request.preferences
        limit(&preferences)
        if let value = preferences.appliedValue { answer.add(.preferenceApplied, value) }
    }

    /// Takes out what did not count for this write.
    private func limit(_ preferences: inout Preferences, to plan: WritePlan) {
        switch plan.change {
        case .insert:
            if plan.relation.primaryKey.isEmpty, request.query.onConflict == nil { preferences.resolution = nil }
            preferences.maxAffected = nil
        case .singleUpsert:
            preferences.resolution = nil
            preferences.missing = nil
            preferences.maxAffected = nil
        case .update: preferences.resolution = nil
        case .delete:
            preferences.resolution = nil
            preferences.missing = nil
        }
    }
}

/// Percent-encoding of names and values in header fields that are URLs (RFC 3986, section 2.3).
enum PercentEncoding {
    static func encode(_ text: String) -> String {
        var output = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                output.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                output += hex.count == 1 ? "%0" + hex : "%" + hex
            }
        }
        return output
    }
}
