import APIModel
package import Commands
import Configuration
import Crypto
import Diagnosis
import Snap
import System
import Text

extension Command {
    package static let diagnose = Command(
        name: "diagnose",
        summary: "Explains why the signature of one saved callback verifies or fails.",
        options: [.config, .set, otherKey, asJSON],
        operand: "FILE",
        exitCodes: [.badData, .internalError, .inputOutput, .configuration],
        meanings: [
            .success: "the signature verifies, and the headers pass every check",
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
                let capture = try self.capture(arguments.operand ?? "")
                let keys = try arguments.all(otherKey).map { file throws(DiagnoseFailure) in
                    try self.key(file)
                }
                let settings = DiagnosisSettings(loaded, otherKeys: keys)
                let diagnosis = try self.diagnosis(capture, settings)
                console.output(
                    arguments.has(asJSON)
                        ? json(diagnosis, capture)
                        : DiagnosisText(diagnosis, of: capture.callback, notes: capture.notes).text
                )
                return diagnosis.verdict == .verifies ? .success : .badData
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
            let text = "--key \(file) \(error), expected an RSA public key"
            throw DiagnoseFailure(text: text, code: .badData)
        }
    }

    /// The maximum size of a key file.
    private static let keyBytesMax = 65_536

    private static func diagnosis(
        _ capture: Capture,
        _ settings: DiagnosisSettings
    ) throws(DiagnoseFailure) -> SignatureDiagnosis {
        do throws(CryptoError) {
            return try SignatureDiagnosis(capture.callback, settings)
        } catch {
            throw DiagnoseFailure(text: error.description, code: .internalError)
        }
    }

    private static func json(_ diagnosis: SignatureDiagnosis, _ capture: Capture) -> String {
        let representation = DiagnosisRepresentation(diagnosis, notes: capture.notes)
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
