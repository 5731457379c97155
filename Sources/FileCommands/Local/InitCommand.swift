package import Commands
import Configuration
import JSON5
import ReceiverClient
import System

extension Command {
    package static let initialize = Command(
        name: "init",
        summary: "Writes a commented configuration, a key pair and tokens.",
        options: [directory, system, data, user],
        exitCodes: [.unavailable, .internalError, .inputOutput, .configuration],
        example: "init --dir ./receiver",
        run: initialize
    )

    private static let directory = CommandOption(
        name: "--dir",
        value: "DIR",
        summary: "The directory for the files; those that exist stay as they are."
    )
    private static let system = CommandOption(
        flag: "--system",
        summary: "For the systemd units: \(systemDirectory), of root and the service's group."
    )
    private static let data = CommandOption(
        name: "--data",
        value: "DIR",
        summary:
            "For the database; with --system \(ConfigurationTemplate.stateDirectory) by default."
    )
    private static let user = CommandOption(
        name: "--user",
        value: "USER",
        summary: "With --system: the user of the service; \(programName) by default."
    )

    @Sendable private static func initialize(
        _ arguments: CommandArguments,
        _ console: Console
    ) async -> ExitCode {
        do throws(FileCreationFailure) {
            let installation = try Installation(layout(arguments), context: .current())
            try installation.write()
            console.output(installation.summary)
            return .success
        } catch {
            console.complain("\(programName) init: \(error.text)")
            return error.code
        }
    }

    private static let systemDirectory = FilePath.directory(of: ConfigurationRequest.standardFile)

    private static func layout(
        _ arguments: CommandArguments
    ) throws(FileCreationFailure) -> InstallationLayout {
        let data = arguments.one(data)
        if let data, !data.hasPrefix("/") {
            throw FileCreationFailure(
                text: "--data \(JSON5Value.literal(data)): expected an absolute path",
                code: .usage
            )
        }
        if arguments.has(system) {
            return .system(
                directory: arguments.one(directory) ?? systemDirectory,
                data: data ?? ConfigurationTemplate.stateDirectory,
                user: try serviceUser(arguments)
            )
        }
        guard let directory = arguments.one(directory) else {
            throw FileCreationFailure(text: "--dir DIR or --system is missing", code: .usage)
        }
        if arguments.has(user) {
            throw FileCreationFailure(text: "--user USER needs --system", code: .usage)
        }
        return .development(directory: directory, data: data)
    }

    /// The user of the service; nil if this process is not root's, so that it cannot give files to
    /// another user.
    private static func serviceUser(
        _ arguments: CommandArguments
    ) throws(FileCreationFailure) -> SystemUser? {
        guard SystemUser.isRoot else { return nil }
        let name = arguments.one(user) ?? programName
        do throws(SystemError) {
            if let user = try SystemUser(named: name) { return user }
        } catch {
            throw FileCreationFailure(
                text: "cannot look up the user \(name): \(error)",
                code: .unavailable
            )
        }
        throw FileCreationFailure(
            text: "the user \(name) does not exist; create it with: "
                + "useradd --system --user-group --shell /usr/sbin/nologin "
                + "--home-dir \(ConfigurationTemplate.stateDirectory) \(name)",
            code: .unavailable
        )
    }
}

extension Installation {
    /// What was written and kept, and the next steps.
    fileprivate var summary: String {
        var lines: [String] = []
        if !missing.paths.isEmpty {
            lines += ["Wrote to \(layout.place.directory):"]
            lines += missing.paths.map { "  " + row(layout.place.name(of: $0), meaning(of: $0)) }
        }
        if !existing.isEmpty {
            lines += ["Kept in \(layout.place.directory):"]
            lines += existing.map { path in
                let note =
                    isClosedToService(path)
                    ? "the service cannot read it; set its group and mode 640" : ""
                return "  " + row(layout.place.name(of: path), note)
            }
        }
        lines += ["", "Next:"]
        lines += steps.enumerated().map { index, step in "  \(index + 1). \(step)" }
        return lines.joined(separator: "\n") + "\n"
    }

    private func row(_ name: String, _ text: String) -> String {
        guard !text.isEmpty else { return name }
        return name + String(repeating: " ", count: max(1, 22 - name.count)) + text
    }

    private func meaning(of path: String) -> String {
        if path == layout.configurationFile {
            return "the configuration, with every key explained"
        }
        if let newKey, path == newKey.file {
            return "its public key, SHA-256 \(newKey.fingerprint)"
        }
        switch layout.place.name(of: path) {
        case "orders.token": return "allows a service to read the feed and generate payments"
        case "ops.token": return "allows an operator to do everything"
        case let name where name.hasSuffix(".pem"): return "signs gateway calls; keep it secret"
        default: return "a token; internal.tokens lists what it allows"
        }
    }

    private var steps: [String] {
        var steps: [String] = []
        if let newKey {
            steps.append("Give \(layout.place.name(of: newKey.file)) to Cash In.")
        }
        if isNew {
            steps += [
                "Save the public key of Cash In for callbacks as cashin-public.pem in "
                    + layout.place.directory,
                "Fill in notify.publicURL, cashIn.clientId and cashIn.merchantId in config.json5.",
                "Register notify.publicURL with Cash In as the notification URL.",
            ]
        }
        let option =
            layout.configurationFile == ConfigurationRequest.standardFile
            ? "" : " --config \(layout.configurationFile)"
        steps.append("Check:   \(programName) check-config\(option)")
        if layout.isSystem {
            steps.append("Start:   systemctl enable --now \(programName)")
            if !isNew { steps.append("Running: systemctl reload \(programName)") }
        } else {
            steps.append("Start:   \(programName) serve\(option)")
        }
        return steps
    }
}
