import Captures
import HTTPCore

/// The remedy of a path in the string to sign, or of a request under a path that is not served.
struct PathRemedy {
    private let callback: CapturedCallback
    private let settings: DiagnosisSettings
    /// The path in the signed string; nil if it is not known.
    private let signedPath: String?

    init(_ callback: CapturedCallback, _ settings: DiagnosisSettings, signedPath: String?) {
        self.callback = callback
        self.settings = settings
        self.signedPath = signedPath
    }

    init(
        _ callback: CapturedCallback,
        _ diagnosis: SignatureDiagnosis,
        _ settings: DiagnosisSettings
    ) {
        self.init(callback, settings, signedPath: diagnosis.signed?.path)
    }

    private var receivedPath: String { SignedPath(callback.target).path }

    /// The documented path is served, whatever is configured (article Checks, row 1).
    private var isServed: Bool {
        [settings.publicURL.path, "/v1.0/debit/notify"].contains(receivedPath)
    }

    /// The remedy for a signature over another path.
    var forSigning: Remedy {
        if !isServed { return forServing }
        guard let signedPath, Self.isConfigurable(signedPath) else {
            return Remedy("Ask the gateway to sign the path of the registered URL.")
        }
        return Remedy(
            set: [.init("notify.signaturePaths", Self.adding(signedPath, settings.signaturePaths))]
        )
    }

    /// The remedy for a path that is not served: `publicURL` decides which one is.
    ///
    /// Unless `signaturePaths` is set, it follows `publicURL`; so the signed path is added if it is
    /// another one than the received.
    var forServing: Remedy {
        let path = receivedPath
        guard path.hasPrefix("/"), Self.isConfigurable(path) else {
            return Remedy("Register the URL of notify.publicURL with the gateway.")
        }
        let url = publicURL(path: path)
        var changes = [Remedy.Setting("notify.publicURL", url)]
        let standard = [settings.publicURL.text, settings.publicURL.path]
        let present =
            settings.signaturePaths == standard ? [url, path] : settings.signaturePaths
        if let signedPath, Self.isConfigurable(signedPath), !present.contains(signedPath) {
            changes.append(
                .init("notify.signaturePaths", Self.adding(signedPath, present))
            )
        }
        return Remedy(
            set: changes,
            condition: "If the gateway is meant to call this path, ",
            alternative: "Else let the proxy pass the path of notify.publicURL unchanged."
        )
    }

    /// The URL whose path is served: the signed one if it fits, else the registered one with the
    /// received path.
    private func publicURL(path: String) -> String {
        if let signedPath {
            let signed = SignedPath(signedPath)
            if signed.authority != nil, signed.scheme == "https", signed.path == path,
                signed.query == nil
            {
                return signedPath
            }
        }
        let registered = SignedPath(settings.publicURL.text)
        return registered.with {
            $0.path = path
            $0.query = nil
        }.text
    }

    /// Whether `signaturePaths` accepts a text, and an array of JSON5 can hold it unescaped.
    private static func isConfigurable(_ text: String) -> Bool {
        let isVisible = text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        let isPath = ["/", "http://", "https://"].contains { text.hasPrefix($0) }
        return isVisible && isPath && !text.contains("\"") && !text.contains("\\")
    }

    private static func adding(_ path: String, _ paths: [String]) -> [String] {
        paths.contains(path) ? paths : paths + [path]
    }
}
