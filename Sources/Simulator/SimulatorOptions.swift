import Commands
import Crypto
import HTTPClient
import HTTPCore
import Logging
import Snap
import System
import Text

/// The options of the command `serve`, and their conversion to settings.
struct SimulatorOptions {
    private let arguments: CommandArguments

    private static let listen = CommandOption(
        name: "--listen",
        value: "ADDRESS",
        summary: "Address to listen on, 127.0.0.1:9080 by default; port 0 = any."
    )
    private static let notifyURL = CommandOption(
        name: "--notify-url",
        value: "URL",
        summary: "URL to send callbacks to; port 8080 of this machine by default."
    )
    private static let registeredURL = CommandOption(
        name: "--registered-url",
        value: "URL",
        summary: "The registered URL, which callbacks sign; --notify-url by default."
    )
    private static let keys = CommandOption(
        name: "--keys",
        value: "DIR",
        summary: "Has gateway-private.pem and merchant-public.pem, else makes them."
    )
    private static let gatewayKey = CommandOption(
        name: "--gateway-key",
        value: "FILE",
        summary: "Private key that signs callbacks, instead of the one in --keys."
    )
    private static let merchantKey = CommandOption(
        name: "--merchant-key",
        value: "FILE",
        summary: "The merchant's public key, instead of the one in --keys."
    )
    private static let clientID = CommandOption(
        name: "--client-id",
        value: "ID",
        summary: "X-PARTNER-ID of both directions, CID1234567890 by default."
    )
    private static let merchantID = CommandOption(
        name: "--merchant-id",
        value: "ID",
        summary: "merchantId of queries, MCH1234567890 by default."
    )
    private static let basePath = CommandOption(
        name: "--base-path",
        value: "PATH",
        summary: "Prefix of /api/v1.0/qr/... in requests, /pg/fo by default; / = none."
    )
    private static let signaturePrefix = CommandOption(
        name: "--signature-path-prefix",
        value: "PATH",
        summary: "Prefix of /api/v1.0/qr/... in the signed path, empty by default."
    )
    private static let retrySeconds = CommandOption(
        name: "--retry-seconds",
        value: "LIST",
        summary:
            "Pauses between attempts, 60,300,900 by default; none = no retry."
    )
    private static let tolerance = CommandOption(
        name: "--tolerance-seconds",
        value: "N",
        summary: "Allowed difference of X-TIMESTAMP from the clock, 300 by default."
    )
    private static let fault = CommandOption(
        name: "--fault",
        value: "FAULT",
        summary: "A fault to simulate; the command faults lists them.",
        isRepeatable: true
    )
    private static let faultPercent = CommandOption(
        name: "--fault-percent",
        value: "N",
        summary: "Percentage of payments that the faults apply to, 100 by default."
    )
    private static let seed = CommandOption(
        name: "--seed",
        value: "N",
        summary: "Seed of the random numbers, ids and faults, 1 by default."
    )
    private static let caFile = CommandOption(
        name: "--ca-file",
        value: "FILE",
        summary: "Certificates to trust for https, instead of the system's."
    )
    private static let logFormat = CommandOption(
        name: "--log-format",
        value: "FORMAT",
        summary: "text or json; text by default."
    )

    /// All options, in the order of the help.
    static let all: [CommandOption] = [
        listen, notifyURL, registeredURL, keys, gatewayKey, merchantKey, clientID, merchantID,
        basePath, signaturePrefix, retrySeconds, tolerance, fault, faultPercent, seed, caFile,
        logFormat,
    ]

    init(_ arguments: CommandArguments) {
        self.arguments = arguments
    }

    /// Starts a simulator with the options.
    ///
    /// - Throws: ``SimulatorFailure`` with the exit code.
    func makeSimulator() throws(SimulatorFailure) -> Simulator {
        var clientSettings = ClientSettings()
        clientSettings.caFile = arguments.one(Self.caFile)
        // No pause between writes: tests read the lines as soon as they have a response.
        let log = Log(format: try format(), pauseMilliseconds: 0)
        let listen = try listenAddress()
        let settings = try settings()
        do throws(SimulatorError) {
            return try Simulator(
                settings,
                faults: arguments.all(Self.fault),
                listen: listen,
                clientSettings: clientSettings,
                log: log
            )
        } catch {
            throw SimulatorFailure(error.exitCode, error.description)
        }
    }

    /// The settings of the gateway; generates missing keys.
    func settings() throws(SimulatorFailure) -> SimulatorSettings {
        let standard = "http://127.0.0.1:8080/v1.0/debit/notify"
        let notify = try url(arguments.one(Self.notifyURL) ?? standard, Self.notifyURL)
        let keys = try SimulatorKeys(
            directory: arguments.one(Self.keys),
            gatewayFile: arguments.one(Self.gatewayKey),
            merchantFile: arguments.one(Self.merchantKey)
        )
        var settings = SimulatorSettings(
            notifyOrigin: Origin(notify),
            notifyPath: notify.target,
            gatewayKey: keys.gateway,
            merchantKey: keys.merchant
        )
        let registered = try url(Self.registeredURL) ?? notify
        settings.registeredURL = registered.text
        settings.registeredPath = registered.target
        settings.clientID = try identifier(Self.clientID) ?? settings.clientID
        settings.merchantID = try identifier(Self.merchantID) ?? settings.merchantID
        settings.basePath = try path(Self.basePath) ?? settings.basePath
        settings.signaturePathPrefix = try path(Self.signaturePrefix) ?? ""
        settings.retrySeconds = try retries() ?? [60, 300, 900]
        settings.timestampToleranceSeconds = try number(Self.tolerance, max: 86_400) ?? 300
        settings.faultPercent = try number(Self.faultPercent, max: 100) ?? 100
        settings.seed = UInt64(try number(Self.seed, max: .max) ?? 1)
        return settings
    }

    /// The value of `--listen`, parsed.
    private func listenAddress() throws(SimulatorFailure) -> ListenAddress {
        do throws(ListenAddressError) {
            return try ListenAddress(parsing: arguments.one(Self.listen) ?? "127.0.0.1:9080")
        } catch {
            throw wrong(Self.listen, error.description)
        }
    }

    private func format() throws(SimulatorFailure) -> LogFormat {
        let text = arguments.one(Self.logFormat) ?? LogFormat.text.rawValue
        guard let format = LogFormat(rawValue: text) else {
            throw wrong(Self.logFormat, "\(quoted(text)) is not a format, expected text or json")
        }
        return format
    }

    private func url(_ option: CommandOption) throws(SimulatorFailure) -> HTTPURL? {
        guard let text = arguments.one(option) else { return nil }
        return try url(text, option)
    }

    private func url(_ text: String, _ option: CommandOption) throws(SimulatorFailure) -> HTTPURL {
        do throws(MalformedURL) {
            return try HTTPURL(text)
        } catch {
            throw wrong(option, error.text)
        }
    }

    /// An id of 1 to 36 visible ASCII characters; nil if the option is not given.
    private func identifier(_ option: CommandOption) throws(SimulatorFailure) -> String? {
        guard let text = arguments.one(option) else { return nil }
        guard text.utf8.count <= 36, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw wrong(option, "expected 1 to 36 visible ASCII characters")
        }
        return text
    }

    /// A path without its trailing slash, so that `/` is empty; nil if the option is not given.
    private func path(_ option: CommandOption) throws(SimulatorFailure) -> String? {
        guard let text = arguments.one(option) else { return nil }
        guard text.hasPrefix("/"), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw wrong(option, "expected a path that begins with /")
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    /// A number from 0 to `max`; nil if the option is not given.
    private func number(_ option: CommandOption, max: Int) throws(SimulatorFailure) -> Int? {
        guard let text = arguments.one(option) else { return nil }
        guard let number = Self.number(text, max: max) else {
            throw wrong(option, "expected a number from 0 to \(max)")
        }
        return number
    }

    /// The pauses in seconds: up to 100 numbers, or none; nil if the option is not given.
    private func retries() throws(SimulatorFailure) -> [Int]? {
        guard let text = arguments.one(Self.retrySeconds) else { return nil }
        if text == "none" { return [] }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Self.number(String($0), max: 86_400) }
        guard numbers.count == parts.count, numbers.count <= 100 else {
            throw wrong(Self.retrySeconds, "expected up to 100 comma-separated numbers, or none")
        }
        return numbers
    }

    private static func number(_ text: String, max: Int) -> Int? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text) else {
            return nil
        }
        return number <= max ? number : nil
    }

    /// A usage error of one option.
    private func wrong(_ option: CommandOption, _ text: String) -> SimulatorFailure {
        SimulatorFailure(.usage, "\(option.name): \(text)")
    }
}

extension SimulatorError {
    fileprivate var exitCode: ExitCode {
        switch self {
        case .faults: .usage
        case .listen: .unavailable
        case .client: .badData
        case .system: .internalError
        }
    }
}
