import Crypto
import Support
import System
import Logging
import Testing

@testable import Configuration

struct EffectiveConfigurationTests {
    @Test func `what is printed reads back as the same configuration`() throws {
        let fixture = try ConfigurationFixture()
        let loaded = try fixture.load(["notify.listen=[\"[::1]:0\", \"unix:a.sock\"]"])
        try fixture.directory.write("effective.json5", loaded.effectiveText)
        let again = try LoadedConfiguration.load(
            file: "\(fixture.directory.path)/effective.json5",
            context: fixture.context
        )
        #expect(again.configuration == loaded.configuration)
        #expect(again.effectiveText == loaded.effectiveText)
    }

    @Test func `fingerprints stand beside their files`() throws {
        let text = try ConfigurationFixture().load().effectiveText
        for key in [ConfigurationFixture.gatewayKey, ConfigurationFixture.merchantKey] {
            let fingerprint = try key.get().publicKey.fingerprint
            #expect(text.contains("2048 bits, SHA-256 \(fingerprint)\n"))
        }
    }

    @Test func `no secret is ever shown`() throws {
        let fixture = try ConfigurationFixture()
        let loaded = try fixture.load()
        var dumped = ""
        dump(loaded, to: &dumped, maxDepth: 8)
        var shown =
            loaded.effectiveText + dumped + "\(loaded.keys)" + String(reflecting: loaded.keys)
        shown += fixture.problems(["internal.tokens=[{name:'a',file:'orders.token',scopes:[]}]"])
            .joined()
        #expect(shown.contains("token orders"))
        #expect(!shown.contains(ConfigurationFixture.token))
        // The token's bytes as an array of numbers.
        #expect(!shown.contains("116, 116, 116"))
        let privateLines = try ConfigurationFixture.merchantKey.get().pem().split(separator: "\n")
        for line in privateLines.dropFirst().dropLast() { #expect(!shown.contains(line)) }
    }

    @Test func `a key set twice has the last value`() throws {
        let loaded = try ConfigurationFixture().load(["log.level=debug", "log.level=error"])
        #expect(loaded.configuration.log.level == .error)
    }

    @Test(arguments: [
        ("cashIn.channelId=95051", "95051", "digits that JSON5 reads as a number"),
        ("cashIn.channelId='9'", "9", "a JSON5 string"),
        ("cashIn.channelId=a=b", "a=b", "a value with the separator in it"),
    ])
    func `a string can be set without quotes`(
        _ argument: String,
        _ value: String,
        _ reason: String
    ) throws {
        let loaded = try ConfigurationFixture().load([argument])
        #expect(loaded.configuration.cashIn.channelID == value, "\(reason)")
    }

    @Test(arguments: ["", "=", "=x", "key"])
    func `an override needs a key and a value`(_ argument: String) {
        #expect(ConfigurationOverride(argument) == nil)
    }

    @Test(arguments: ["a..b=1", ".=1", "notify.=1", "notify.listen.x=1", "notify.listen.x.y=1"])
    func `an override of no key is a problem`(_ argument: String) throws {
        #expect(try !ConfigurationFixture().problems([argument]).isEmpty)
    }

    @Test func `limits of the internal listener begin with the others'`() throws {
        let overrides = ["limits.bodyBytes=10", "internal.limits={headerCount: 9}"]
        let configuration = try ConfigurationFixture().load(overrides).configuration
        #expect(configuration.limits.bodyBytes == 10)
        #expect(configuration.limits.headerCount == 64)
        #expect(configuration.internalAPI.limits.bodyBytes == 10)
        #expect(configuration.internalAPI.limits.headerCount == 9)
    }

    @Test func `signature paths begin with the public URL and its path`() throws {
        let fixture = try ConfigurationFixture()
        let url = "https://pay.example.id/v1.0/debit/notify"
        #expect(
            try fixture.load().configuration.notify.signaturePaths == [url, "/v1.0/debit/notify"]
        )
        let pinned = try fixture.load(["notify.signaturePaths=[\"/x\"]"])
        #expect(pinned.configuration.notify.signaturePaths == ["/x"])
    }

    @Test func `changes are named, and those that need a restart`() throws {
        let fixture = try ConfigurationFixture()
        let old = try fixture.load()
        #expect(try fixture.load().changes(since: old).changed == [])
        let new = try fixture.load([
            "log.level=debug", "notify.listen=127.0.0.1:1",
            "internal.listen=127.0.0.1:2", "internal.tokens=[]", "storage.create=false",
            "storage.database=postgresql:///cashin", "storage.singleCopy=true",
            "storage.rejectedFile=r.db",
        ])
        let changes = new.changes(since: old)
        let restart = [
            "notify.listen", "internal.listen", "storage.database", "storage.singleCopy",
            "storage.rejectedFile", "storage.create",
        ]
        #expect(changes.needsRestart == restart)
        #expect(Set(changes.changed) == Set(restart + ["log.level", "internal.tokens"]))
    }

    @Test func `another password of the proxy is a change, and is not shown`() throws {
        let fixture = try ConfigurationFixture()
        let load = { (url: String) in
            try fixture.load(["notify.confirmWithQuery=never", "cashIn.proxyURL=\(url)"])
        }
        let old = try load("http://user:first@127.0.0.1:3128")
        let new = try load("http://user:second@127.0.0.1:3128")
        #expect(new.effectiveText == old.effectiveText)
        #expect(new.changes(since: old).changed == ["cashIn.proxyURL"])
        #expect(try load("http://user:first@127.0.0.1:3128").changes(since: old).changed == [])
    }
}
