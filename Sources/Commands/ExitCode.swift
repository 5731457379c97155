/// What the program tells the shell (sysexits.h).
package enum ExitCode: Int32, CaseIterable, Sendable {
    case success = 0
    case usage = 64
    case badData = 65
    case unavailable = 69
    case internalError = 70
    case inputOutput = 74
    case configuration = 78

    /// What it means, for `--help`.
    var meaning: String {
        switch self {
        case .success: "done"
        case .usage: "the command line is wrong"
        case .badData: "the data given is wrong"
        case .unavailable: "something needed is not available"
        case .internalError: "an error of the program itself"
        case .inputOutput: "reading or writing failed"
        case .configuration: "the configuration is wrong; every problem is listed"
        }
    }
}
