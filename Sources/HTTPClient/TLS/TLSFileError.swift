/// Why a file that ``ClientSettings`` names cannot be used for TLS.
package struct TLSFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The setting that names the file.
    package enum Setting: String, Sendable {
        case caFile
        case clientCertificateFile
        case clientKeyFile
        /// No setting is to blame.
        case none
    }

    package let setting: Setting

    /// The path of the file; empty if no file is to blame.
    package let file: String

    /// What is wrong and what is expected; completes a sentence that begins with the file.
    package let problem: String

    init(_ setting: Setting, _ file: String, _ problem: String) {
        self.setting = setting
        self.file = file
        self.problem = problem
    }

    /// The problem with the file, or with the setting that names none.
    package var description: String {
        switch (file.isEmpty, setting) {
        case (false, _): "\(file) \(problem)"
        case (true, .none): problem
        case (true, _): "\(setting.rawValue) \(problem)"
        }
    }
}
