import Crypto
import FoundationEssentials
import Support

@testable import Receiver

/// A directory with a configuration that checks out, and the files that it names.
struct ConfigurationFixture {
    /// Made once: a key takes a tenth of a second.
    static let gatewayKey = Result { try RSAPrivateKey.generate() }
    static let merchantKey = Result { try RSAPrivateKey.generate() }
    static let token = String(repeating: "t", count: 32)

    static let text = """
        {
          notify: { publicURL: "https://pay.example.id/v1.0/debit/notify" },
          internal: { tokens: [{ name: "orders", file: "orders.token", scopes: ["feed"] }] },
          cashIn: {
            clientId: "CID1",
            merchantId: "MCH1",
            publicKeyFiles: ["cashin-public.pem"],
            privateKeyFile: "merchant-private.pem",
          },
        }
        """

    let directory: TemporaryDirectory
    var context = ConfigurationContext(descriptorsMax: 1_048_576)
    var file: String { "\(directory.path)/config.json5" }

    init() throws {
        directory = try TemporaryDirectory()
        let gatewayKey = try Self.gatewayKey.get()
        let merchantKey = try Self.merchantKey.get()
        try directory.write("cashin-public.pem", gatewayKey.publicKey.pem(), mode: 0o644)
        try directory.write("merchant-private.pem", merchantKey.pem())
        try directory.write("orders.token", Self.token + "\n")
        try directory.write("config.json5", Self.text, mode: 0o644)
    }

    /// Loads the file with `--set`s.
    func load(_ overrides: [String] = []) throws -> LoadedConfiguration {
        try LoadedConfiguration.load(
            file: file,
            overrides: overrides.compactMap { ConfigurationOverride($0) },
            context: context
        )
    }

    /// The problems' lines; `FILE` and `DIR` stand for the paths of this fixture.
    func problems(_ overrides: [String] = []) -> [String] {
        do {
            _ = try load(overrides)
            return []
        } catch let error as ConfigurationProblems {
            return error.problems.map { shown($0.description) }
        } catch {
            return ["\(error)"]
        }
    }

    /// The warnings' lines, in the same form.
    func warnings(_ overrides: [String] = []) throws -> [String] {
        try load(overrides).warnings.map { shown($0.description) }
    }

    func shown(_ line: String) -> String {
        var shown = line
        for (text, name) in [(file, "FILE"), (directory.path, "DIR")] {
            while let range = shown.firstRange(of: text) {
                shown.replaceSubrange(range, with: name)
            }
        }
        return shown
    }
}
