public import Auth
public import Core
internal import Cryptography
internal import FoundationEssentials
internal import Subprocess

/// Hands mails to an SMTP server, by the program `curl`: it speaks SMTP with STARTTLS and every way of logging in.
public struct SMTPTransport: MailTransport {
    private let configuration: SMTPConfiguration
    private let clock: any WallClock
    private let places = Places(OutboundLimits.mailsAtOnce, waitingMax: OutboundLimits.mailsWaiting)

    /// - Parameter configuration: one without a ``SMTPConfiguration/problem``.
    public init(_ configuration: SMTPConfiguration, clock: any WallClock) {
        self.configuration = configuration
        self.clock = clock
    }

    public func deliver(_ message: MailMessage) async throws(MailFailure) {
        guard configuration.problem == nil, MIMEMessage.isAddress(message.recipient) else {
            throw MailFailure(cause: "the mail's or the server's settings cannot be written safely")
        }
        guard await places.enter() else { throw MailFailure(cause: "too many mails wait for the SMTP server") }
        let result: Result<Void, MailFailure>
        do throws(MailFailure) { result = .success(try await send(message)) } catch { result = .failure(error) }
        await places.leave()
        try result.get()
    }

    private func send(_ message: MailMessage) async throws(MailFailure) {
        let id = SecureRandom.uuid()
        let mime = MIMEMessage(
            message, senderAddress: configuration.senderAddress, senderName: configuration.senderName,
            headers: configuration.headers, id: id, boundary: "=_" + Hex.encode(SecureRandom.bytes(18)),
            now: clock.now())
        let path = configuration.directory + "/" + id + ".eml"
        try store(mime.bytes, at: path)
        let outcome = await run(CurlConfiguration(configuration, recipient: message.recipient, file: path).text)
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            // A code that stays on the disk is worth an operator's look, though the mail may be on its way.
            throw MailFailure(cause: "the file of a message could not be removed")
        }
        if let cause = outcome { throw MailFailure(cause: cause) }
    }

    /// The folder is private before anything is in it, and the file is made private, not changed to it.
    private func store(_ bytes: [UInt8], at path: String) throws(MailFailure) {
        do {
            try FileManager.default.createDirectory(
                atPath: configuration.directory, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: configuration.directory)
        } catch {
            throw MailFailure(cause: "the folder for messages cannot be made")
        }
        let isStored = FileManager.default.createFile(
            atPath: path, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
        guard isStored else { throw MailFailure(cause: "a message cannot be stored for sending") }
    }

    /// Why the mail was not taken; nil when it was. Everything that is secret or personal goes in through the pipe:
    /// arguments can be read by every user of the machine.
    private func run(_ settings: String) async -> String? {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .milliseconds(200))
        ]
        do {
            // -q: no settings of the account this runs under.
            let result = try await Subprocess.run(
                .name("curl"), arguments: ["-q", "-K", "-"],
                environment: .custom(["PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": "/nonexistent"]),
                platformOptions: options, input: .string(settings),
                output: .bytes(limit: OutboundLimits.programOutput.bytes),
                error: .bytes(limit: OutboundLimits.programOutput.bytes))
            switch result.terminationStatus {
            case .exited(0): return nil
            case .exited(let code):
                return CurlConfiguration.cause(
                    code: Int(code), said: String(decoding: result.standardError, as: UTF8.self))
            case .signaled(let signal): return "the mail program was ended by signal \(signal)"
            }
        } catch let error as SubprocessError {
            return error.code == .executableNotFound
                ? "the program curl is not installed" : "the mail program could not be run"
        } catch {
            return "the mail program could not be run"
        }
    }
}
