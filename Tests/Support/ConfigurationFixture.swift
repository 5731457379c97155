package import Configuration
package import Crypto
import FoundationEssentials

/// A directory with a configuration that checks out, and the files that it names.
package struct ConfigurationFixture {
    /// Made once: a key takes a tenth of a second.
    package static let gatewayKey = Result { try RSAPrivateKey.generate() }
    package static let merchantKey = Result { try RSAPrivateKey.generate() }
    package static let token = String(repeating: "t", count: 32)

    package static let text = """
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

    package let directory: TemporaryDirectory
    package var context = ConfigurationContext(descriptorsMax: 1_048_576)
    package var file: String { "\(directory.path)/config.json5" }

    package init() throws {
        directory = try TemporaryDirectory()
        let gatewayKey = try Self.gatewayKey.get()
        let merchantKey = try Self.merchantKey.get()
        try directory.write("cashin-public.pem", gatewayKey.publicKey.pem(), mode: 0o644)
        try directory.write("merchant-private.pem", merchantKey.pem())
        try directory.write("orders.token", Self.token + "\n")
        try directory.write("config.json5", Self.text, mode: 0o644)
    }

    /// Loads the file with `--set`s.
    package func load(_ overrides: [String] = []) throws -> LoadedConfiguration {
        try LoadedConfiguration.load(
            file: file,
            overrides: overrides.compactMap { ConfigurationOverride($0) },
            context: context
        )
    }

    /// The problems' lines; `FILE` and `DIR` stand for the paths of this fixture.
    package func problems(_ overrides: [String] = []) -> [String] {
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
    package func warnings(_ overrides: [String] = []) throws -> [String] {
        try load(overrides).warnings.map { shown($0.description) }
    }

    package func shown(_ line: String) -> String {
        var shown = line
        for (text, name) in [(file, "FILE"), (directory.path, "DIR")] {
            while let range = shown.firstRange(of: text) {
                shown.replaceSubrange(range, with: name)
            }
        }
        return shown
    }
}
