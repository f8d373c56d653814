internal import ArgumentParser

@main
struct Medmitra: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "medmitra",
        abstract: "One program in place of hosted Supabase, with the MedMitra case API on top.",
        discussion: """
            'medmitra serve' without any configuration makes its own PostgreSQL database and keys in ./data and \
            listens on http://127.0.0.1:8000. Every flag has an environment variable; docs/CONFIGURATION.md lists \
            them all, Supabase's own names included.
            """,
        subcommands: [
            ServeCommand.self, MigrateCommand.self, KeysCommand.self, UserCommand.self, DoctorCommand.self,
            SettingsCommand.self, VersionCommand.self, BenchCommand.self,
        ])
}
