import Commands

extension Command {
    static let checkConfig = Command(
        name: "check-config",
        summary: "Checks a configuration and prints it as it takes effect, without secrets.",
        options: [.config, .set],
        exitCodes: [.inputOutput, .configuration],
        example: "check-config --config /etc/cashin-receiver/config.json5",
        run: runCheckConfig
    )
}

@Sendable private func runCheckConfig(
    _ arguments: CommandArguments,
    _ console: Console
) async -> ExitCode {
    switch loadConfiguration(arguments, console) {
    case .failure(let failure): return failure.code
    case .success((_, let loaded)):
        console.output("// In effect; defaults included, paths resolved, secrets left out.\n")
        console.output(loaded.effectiveText)
        for warning in loaded.warnings { console.complain(warning.warningDescription) }
        return .success
    }
}
