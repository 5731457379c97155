import Commands
package import Crypto
package import HTTPClient
import System

/// The settings of the simulated gateway and its one merchant.
package struct SimulatorSettings: Sendable {
    /// X-PARTNER-ID of requests and callbacks.
    package var clientID = "CID1234567890"
    /// `merchantId` of queries; another one finds no payment.
    package var merchantID = "MCH1234567890"

    /// CHANNEL-ID of callbacks.
    package var channelID = "95051"

    /// The prefix of `/api/v1.0/qr/…` in request targets.
    package var basePath = "/pg/fo"

    /// The prefix of `/api/v1.0/qr/…` in the path that the merchant signs.
    package var signaturePathPrefix = ""

    /// Scheme, host and port that callbacks are sent to.
    package var notifyOrigin: Origin
    /// The path that callbacks are sent to; may differ from the registered one, as if a proxy
    /// rewrote it.
    package var notifyPath: String

    /// The notify URL as registered, and its path; callbacks sign one of the two.
    package var registeredURL: String
    package var registeredPath: String

    /// Allowed difference between X-TIMESTAMP of a request and the clock.
    package var timestampToleranceSeconds = 300

    /// The pauses between attempts of a callback; there is one attempt more than pauses.
    package var retrySeconds: [Int] = []

    /// The seed of all random numbers; runs with the same seed and calls are the same.
    package var seed: UInt64 = 1

    /// Percentage of payments that the fault plan applies to, 0 to 100.
    package var faultPercent = 100

    /// The gateway's private key, which signs callbacks.
    package var gatewayKey: RSAPrivateKey

    /// The merchant's public key, which verifies requests.
    package var merchantKey: RSAPublicKey

    /// Makes settings with defaults; the registered URL is the one that callbacks are sent to.
    package init(
        notifyOrigin: Origin,
        notifyPath: String,
        gatewayKey: RSAPrivateKey,
        merchantKey: RSAPublicKey
    ) {
        self.notifyOrigin = notifyOrigin
        self.notifyPath = notifyPath
        registeredURL = notifyOrigin.description + notifyPath
        registeredPath = notifyPath
        self.gatewayKey = gatewayKey
        self.merchantKey = merchantKey
    }
}

/// The keys of gateway and merchant, read from files or generated.
struct SimulatorKeys {
    /// The gateway's private key, which signs callbacks.
    let gateway: RSAPrivateKey

    /// The merchant's public key, which verifies requests.
    let merchant: RSAPublicKey

    /// Maximum bytes of a key file.
    private static let bytesMax = 65_536

    /// Reads the named files, and the others from the directory, generating missing pairs there.
    ///
    /// A generated pair of the merchant includes the private key, so that a client can sign with
    /// it.
    ///
    /// - Throws: ``SimulatorFailure`` with the exit code for missing options, unreadable files and
    ///   invalid keys.
    init(
        directory: String?,
        gatewayFile: String?,
        merchantFile: String?
    ) throws(SimulatorFailure) {
        guard let directory = directory ?? (gatewayFile == nil || merchantFile == nil ? nil : "")
        else {
            throw SimulatorFailure(
                .usage,
                "--keys DIR is missing, or --gateway-key and --merchant-key"
            )
        }
        let gatewayPath = gatewayFile ?? directory + "/gateway-private.pem"
        if gatewayFile == nil, !FileCreation.exists(gatewayPath) {
            // The public key has the name that the receiver's configuration expects.
            try Self.makePair("gateway", publicName: "cashin", in: directory)
        }
        let merchantPath = merchantFile ?? directory + "/merchant-public.pem"
        if merchantFile == nil, !FileCreation.exists(merchantPath) {
            try Self.makePair("merchant", publicName: "merchant", in: directory)
        }
        gateway = try Self.read(gatewayPath) { text throws(CryptoError) in try RSAPrivateKey(text) }
        merchant = try Self.read(merchantPath) { text throws(CryptoError) in
            try RSAPublicKey(text)
        }
    }

    /// Reads and parses one key file.
    private static func read<Key>(
        _ path: String,
        _ parse: ([UInt8]) throws(CryptoError) -> Key
    ) throws(SimulatorFailure) -> Key {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try FileContents(reading: path, bytesMax: bytesMax).bytes
        } catch {
            throw SimulatorFailure(.inputOutput, "cannot read \(path): \(error)")
        }
        do throws(CryptoError) {
            return try parse(bytes)
        } catch {
            throw SimulatorFailure(.badData, "\(path) \(error.message(file: path))")
        }
    }

    /// Generates a pair: the private key with mode 0600, in a directory with mode 0700.
    ///
    /// - Parameters:
    ///   - name: the file of the private key without `-private.pem`.
    ///   - publicName: the file of the public key without `-public.pem`.
    private static func makePair(
        _ name: String,
        publicName: String,
        in directory: String
    ) throws(SimulatorFailure) {
        let texts: (secret: String, open: String)
        do throws(CryptoError) {
            let key = try RSAPrivateKey.generate()
            texts = (try key.pem(), try key.publicKey.pem())
        } catch {
            throw SimulatorFailure(.internalError, "cannot generate a key pair: \(error)")
        }
        do throws(FileError) {
            try FileCreation.makeDirectories(directory, mode: 0o700)
            try FileCreation.write(
                Array(texts.secret.utf8),
                to: "\(directory)/\(name)-private.pem",
                mode: 0o600
            )
            try FileCreation.write(
                Array(texts.open.utf8),
                to: "\(directory)/\(publicName)-public.pem",
                mode: 0o644
            )
        } catch {
            throw SimulatorFailure(.inputOutput, "cannot write keys to \(directory): \(error)")
        }
    }
}
