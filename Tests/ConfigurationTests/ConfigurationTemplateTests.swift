import Support
import System
import Testing

@testable import Configuration

struct ConfigurationTemplateTests {
    /// What `init` leaves empty.
    private static let filledIn = [
        "notify.publicURL=https://pay.example.id/v1.0/debit/notify", "cashIn.clientId=CID1",
        "cashIn.merchantId=MCH1",
    ]

    @Test func `the template asks for what is missing and nothing else`() throws {
        let fixture = try ConfigurationFixture()
        try fixture.directory.write("config.json5", ConfigurationTemplate.besideFiles().text)
        try fixture.directory.write("ops.token", String(repeating: "o", count: 32))
        #expect(
            fixture.problems() == [
                "FILE: notify.publicURL: is empty, expected an http or https URL",
                "FILE: cashIn.clientId: is empty, expected the client id (CID…)",
                "FILE: cashIn.merchantId: is empty, expected the merchant id (MCH…)",
            ]
        )
        #expect(try fixture.warnings(Self.filledIn) == [])
    }

    @Test func `the template shows every key with its default`() throws {
        let fixture = try ConfigurationFixture()
        let standard = try fixture.load(["cashIn.publicKeyFiles=[]", "internal.tokens=[]"])
        try fixture.directory.write("config.json5", ConfigurationTemplate.besideFiles().text)
        let template = try fixture.load(
            Self.filledIn + ["cashIn.publicKeyFiles=[]", "internal.tokens=[]"]
        )
        #expect(template.configuration == standard.configuration)
        let text = ConfigurationTemplate.besideFiles().text
        for path in Configuration.knownKeys where !path.hasPrefix("internal.limits.") {
            let name = path.split(separator: ".").last ?? ""
            #expect(text.contains("\(name): "), "\(path)")
        }
    }

    @Test func `the deployed sample is what init writes`() throws {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let path = "/\(root)/deploy/config.json5"
        let sample = try FileContents(reading: path, bytesMax: 65_536).bytes
        #expect(String(decoding: sample, as: UTF8.self) == ConfigurationTemplate.systemd().text)
    }
}
