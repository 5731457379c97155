import Commands
import Crypto
import System

/// The keys of both sides, read or made.
struct SimulatorKeys {
    /// Signs callbacks.
    let gateway: RSAPrivateKey

    /// Verifies requests.
    let merchant: RSAPublicKey

    /// A key file is small.
    private static let bytesMax = 65_536

    /// Reads the files that are named, and those of the directory, where missing ones are made.
    ///
    /// A pair that is made for the merchant is left there too, so that somebody can sign with it.
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
            try Self.makePair("gateway", in: directory)
        }
        let merchantPath = merchantFile ?? directory + "/merchant-public.pem"
        if merchantFile == nil, !FileCreation.exists(merchantPath) {
            try Self.makePair("merchant", in: directory)
        }
        gateway = try Self.read(gatewayPath) { text throws(CryptoError) in try RSAPrivateKey(text) }
        merchant = try Self.read(merchantPath) { text throws(CryptoError) in
            try RSAPublicKey(text)
        }
    }

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
            throw SimulatorFailure(.badData, "\(path): \(error)")
        }
    }

    private static func makePair(_ name: String, in directory: String) throws(SimulatorFailure) {
        let texts: (secret: String, open: String)
        do throws(CryptoError) {
            let key = try RSAPrivateKey.generate()
            texts = (try key.pem(), try key.publicKey.pem())
        } catch {
            throw SimulatorFailure(.internalError, "cannot make a key pair: \(error)")
        }
        do throws(FileError) {
            try FileCreation.makeDirectories(directory, mode: 0o700)
            let path = "\(directory)/\(name)"
            try FileCreation.write(
                Array(texts.secret.utf8),
                to: path + "-private.pem",
                mode: 0o600
            )
            try FileCreation.write(Array(texts.open.utf8), to: path + "-public.pem", mode: 0o644)
        } catch {
            throw SimulatorFailure(.inputOutput, "cannot write keys to \(directory): \(error)")
        }
    }
}
