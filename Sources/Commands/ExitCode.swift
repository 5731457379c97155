/// Exit codes of the program (sysexits.h).
package enum ExitCode: Int32, CaseIterable, Sendable {
    case success = 0
    case usage = 64
    case badData = 65
    case unavailable = 69
    case internalError = 70
    case inputOutput = 74
    case configuration = 78

    /// The general meaning of the code, for `--help`.
    var meaning: String {
        switch self {
        case .success: "done"
        case .usage: "the command line is wrong"
        case .badData: "the input data is invalid"
        case .unavailable: "a required file or service is not available"
        case .internalError: "an internal error of the program"
        case .inputOutput: "reading or writing failed"
        case .configuration: "the configuration is wrong; every problem is listed"
        }
    }
}
