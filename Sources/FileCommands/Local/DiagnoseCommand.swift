import APIModel
import Captures
package import Commands
import Configuration
import Crypto
import Diagnosis
import ReceiverClient
import Snap
import System
import Text

extension Command {
    package static let diagnose = Command(
        name: "diagnose",
        summary: "Explains why the signature of one saved callback verifies or fails.",
        options: [.config, .set, otherKey, receivedAt, asJSON],
        operand: "FILE",
        exitCodes: [.badData, .internalError, .inputOutput, .configuration],
        meanings: [
            .success: "the signature verifies, and no check that can be made offline fails",
            .badData: "the callback would be refused, or FILE contains no callback",
        ],
        example: "diagnose callback.http",
        run: diagnose
    )

    private static let otherKey = CommandOption(
        name: "--key",
        value: "PEM",
        summary: "An additional public key to try; repeatable.",
        isRepeatable: true
    )

    private static let receivedAt = CommandOption(
        name: "--received-at",
        value: "TIME",
        summary: "The time of receipt, for the check of X-TIMESTAMP: 2026-11-22T10:00:00+07:00."
    )

    private static let asJSON = CommandOption(
        flag: "--json",
        summary: "Prints JSON, in the form of GET /v1/callbacks/{id}/diagnosis."
    )

    @Sendable private static func diagnose(
        _ arguments: CommandArguments,
        _ console: Console
    ) async -> ExitCode {
        switch loadConfiguration(arguments, console) {
        case .failure(let failure): return failure.code
        case .success((_, let loaded)):
            do throws(DiagnoseFailure) {
                var capture = try self.capture(arguments.operand ?? "")
                if let text = arguments.one(receivedAt) {
                    capture.callback.receivedMilliseconds = try milliseconds(text)
                }
                let keys = try arguments.all(otherKey).map { file throws(DiagnoseFailure) in
                    try self.key(file)
                }
                let settings = DiagnosisSettings(loaded, otherKeys: keys)
                let (callback, notes) = (capture.callback, capture.notes)
                let (diagnosis, response) = try self.diagnosis(callback, settings, loaded)
                console.output(
                    arguments.has(asJSON)
                        ? json(diagnosis, response, notes)
                        : DiagnosisText(diagnosis, response, of: callback, notes: notes).text
                )
                let isAccepted = diagnosis.verdict == .verifies && response.responseCode == nil
                return isAccepted ? .success : .badData
            } catch {
                console.complain("\(programName) diagnose: \(error.text)")
                return error.code
            }
        }
    }

    /// Reads a saved callback; `-` is standard input.
    private static func capture(_ file: String) throws(DiagnoseFailure) -> Capture {
        let name = file == "-" ? "standard input" : file
        let bytes: [UInt8]
        do throws(FileError) {
            bytes =
                try file == "-"
                ? FileContents(readingStandardInput: Capture.bytesMax).bytes
                : FileContents(reading: file, bytesMax: Capture.bytesMax).bytes
        } catch {
            throw DiagnoseFailure(text: "\(name) cannot be read, \(error)", code: .inputOutput)
        }
        do throws(CaptureError) {
            return try Capture(bytes)
        } catch {
            throw DiagnoseFailure(text: "\(name): \(error)", code: .badData)
        }
    }

    private static func key(_ file: String) throws(DiagnoseFailure) -> DiagnosisSettings.Key {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try FileContents(reading: file, bytesMax: keyBytesMax).bytes
        } catch {
            throw DiagnoseFailure(
                text: "--key \(file) cannot be read, \(error)",
                code: .inputOutput
            )
        }
        do throws(CryptoError) {
            return DiagnosisSettings.Key(name: file, key: try RSAPublicKey(bytes))
        } catch {
            let text = "--key \(file) \(error.message(file: file))"
            throw DiagnoseFailure(text: text, code: .badData)
        }
    }

    /// The maximum size of a key file.
    private static let keyBytesMax = 65_536

    /// The time of `--received-at`, in milliseconds since the epoch.
    private static func milliseconds(_ text: String) throws(DiagnoseFailure) -> Int64 {
        guard let time = Timestamp(rfc3339: Array(text.utf8).span) else {
            throw DiagnoseFailure(
                text: "--received-at is \(quoted(text)), "
                    + "expected a time such as 2026-11-22T10:00:00+07:00",
                code: .usage
            )
        }
        return time.milliseconds
    }

    private static func diagnosis(
        _ callback: CapturedCallback,
        _ settings: DiagnosisSettings,
        _ loaded: LoadedConfiguration
    ) throws(DiagnoseFailure) -> (SignatureDiagnosis, ResponseReport) {
        do throws(CryptoError) {
            let diagnosed = try CaptureDiagnosis(callback, settings, loaded)
            return (diagnosed.diagnosis, diagnosed.response)
        } catch {
            throw DiagnoseFailure(text: error.description, code: .internalError)
        }
    }

    private static func json(
        _ diagnosis: SignatureDiagnosis,
        _ response: ResponseReport,
        _ notes: [String]
    ) -> String {
        let representation = DiagnosisRepresentation(diagnosis, response, notes: notes)
        return String(decoding: JSON.encode(representation), as: UTF8.self) + "\n"
    }
}

/// The reason why no diagnosis can be made.
private struct DiagnoseFailure: Error {
    let text: String
    let code: ExitCode

    init(text: String, code: ExitCode) {
        self.text = oneLine(text)
        self.code = code
    }
}
