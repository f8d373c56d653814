internal import ArgumentParser
internal import Server

/// Every setting with its names, values and meaning, so that an operator need not look them up elsewhere.
struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings", abstract: "List every setting.",
        discussion: "--format markdown prints the tables of docs/CONFIGURATION.md.")

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, markdown
    }

    @Option(help: "text or markdown.") var format: Format = .text
    @Argument(help: "Only settings whose name contains this.") var part: String?

    func run() throws {
        let wanted = part?.uppercased() ?? ""
        let settings = Setting.all.filter { setting in
            wanted.isEmpty || setting.names.contains { $0.uppercased().contains(wanted) }
        }
        guard !settings.isEmpty else { throw ValidationError("no setting has \(wanted) in its name") }
        var section = ""
        for setting in settings {
            if setting.section != section {
                section = setting.section
                say(heading(section))
            }
            say(line(setting))
        }
    }

    private func heading(_ section: String) -> String {
        switch format {
        case .text: "\n\(section)"
        case .markdown:
            """

            ## \(section)

            | Setting | Also as | Value | Default | Meaning |
            | --- | --- | --- | --- | --- |
            """
        }
    }

    private func line(_ setting: Setting) -> String {
        switch format {
        case .text:
            return """
                  \(setting.names.joined(separator: ", "))
                      \(setting.summary) (\(setting.kind.wording)\(setting.fallback.map { "; default \($0)" } ?? ""))
                """
        case .markdown:
            let aliases = setting.aliases.map { "`\($0)`" }.joined(separator: ", ")
            let fallback = setting.fallback.map { "`\($0)`" } ?? ""
            let cells = ["`\(setting.name)`", aliases, setting.kind.wording, fallback, setting.summary]
            return "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
        }
    }
}
