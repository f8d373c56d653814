internal import Core
internal import FoundationEssentials

/// The operator's bodies, read from files and URLs, kept for ten minutes; the built-in ones where those fail.
actor TemplateStore {
    private struct Entry {
        let template: MailTemplate?
        let readAt: Timestamp
    }

    private let sources: [Mail.Kind: String]
    private let siteURL: String
    private let web: (any WebClient)?
    private let clock: any WallClock
    private let observer: any Observer
    private var entries: [Mail.Kind: Entry] = [:]

    init(
        sources: [Mail.Kind: String], siteURL: String, web: (any WebClient)?, clock: any WallClock,
        observer: any Observer
    ) {
        self.sources = sources
        self.siteURL = siteURL
        self.web = web
        self.clock = clock
        self.observer = observer
    }

    /// Nil where the built-in body is to be used. One that was read once and cannot be read again goes on being used.
    func body(_ kind: Mail.Kind) async -> MailTemplate? {
        guard let source = sources[kind] else { return nil }
        let known = entries[kind]
        if let known {
            let age = known.template == nil ? TemplateLimits.failureAge : TemplateLimits.age
            if clock.now() < known.readAt.advanced(by: age) { return known.template }
            // Others use what there is while this call reads.
            entries[kind] = Entry(template: known.template, readAt: clock.now())
        }
        let template: MailTemplate?
        do throws(TemplateError) {
            template = try MailTemplate(try await read(source))
        } catch {
            let instead = known?.template == nil ? "the built-in one" : "its last good form"
            observer.observe(.warning("the mail template \(kind.templateName) is not usable, \(instead) is: \(error)"))
            template = known?.template
        }
        entries[kind] = Entry(template: template, readAt: clock.now())
        return template
    }

    private func read(_ source: String) async throws(TemplateError) -> String {
        let isURL = source.hasPrefix("http://") || source.hasPrefix("https://")
        if !isURL, FileManager.default.fileExists(atPath: source) { return try TemplateStore.readFile(source) }
        guard let web else { throw TemplateError("there is no web client to read it with") }
        var request = WebRequest(isURL ? source : siteURL + (source.hasPrefix("/") ? "" : "/") + source)
        request.answerMax = TemplateLimits.source
        let response: WebResponse
        do throws(WebFailure) { response = try await web.send(request) } catch {
            throw TemplateError("it cannot be read: \(error)")
        }
        guard response.status == 200 else { throw TemplateError("it was answered with status \(response.status)") }
        return try TemplateStore.text(response.body)
    }

    private static func readFile(_ path: String) throws(TemplateError) -> String {
        let data: Data
        do {
            // Mapped, so that a large file is refused without having been read.
            data = try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
        } catch {
            throw TemplateError("the file cannot be read")
        }
        guard data.count <= TemplateLimits.source.bytes else { throw TemplateError("the file is too large") }
        return try text(Array(data))
    }

    private static func text(_ bytes: [UInt8]) throws(TemplateError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw TemplateError("it is not UTF-8") }
        return text
    }
}
