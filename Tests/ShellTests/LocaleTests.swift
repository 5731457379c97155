import HTTPCore
import Support
import Testing

@testable import Commands
@testable import Shell

/// What is shown in a locale without UTF-8, such as that of a cron job.
struct LocaleTests {
    @Test(arguments: [
        ([:], false), (["LANG": "C"], false), (["LANG": "en_US.ISO-8859-1"], false),
        (["LANG": "C.UTF-8"], true), (["LANG": "id_ID.utf8"], true),
        (["LANG": "C.UTF-8", "LC_CTYPE": "POSIX"], false),
        (["LANG": "C", "LC_CTYPE": "", "LC_ALL": ""], false),
        (["LANG": "C", "LC_CTYPE": "C", "LC_ALL": "en_US.UTF-8"], true),
    ])
    func `the first variable that is set names the characters`(
        _ environment: [String: String],
        _ isUTF8: Bool
    ) {
        #expect(LocaleCharacters.isUTF8(environment) == isUTF8)
    }

    @Test func `other characters are escaped as in JSON`() async throws {
        let entry = #"{"attention":[{"id":1,"detail":"Pembayaran é 𝄞"}],"more":false,"next":1}"#
        let problem = Response.problem(400, "invalid-member", members: #","field":"é""#)
        try await ShellScene.with([.json(entry), .json(entry), problem, .json(entry)]) { scene in
            let table = await scene.run(["attention"], isUTF8: false)
            #expect(table.output.contains(#"Pembayaran \u00e9 \ud834\udd1e"#))
            let json = await scene.run(["attention", "--json"], isUTF8: false)
            #expect(json.output.contains(#""detail":"Pembayaran \u00e9 \ud834\udd1e""#))
            let error = await scene.run(["attention"], isUTF8: false).error
            #expect(error.hasSuffix(#"(field \u00e9)"# + "\n"))
            #expect(await scene.run(["attention"]).output.contains("Pembayaran é 𝄞"))
        }
    }

    @Test func `an ellipsis in a message is three dots`() {
        let recorder = ConsoleRecorder(isUTF8: false)
        recorder.console.complain("expected the merchant id (MCH\u{2026})")
        #expect(recorder.error == "expected the merchant id (MCH...)\n")
    }

    @Test func `bytes of a file stay as they are`() {
        let recorder = ConsoleRecorder(isUTF8: false)
        recorder.console.output(bytes: Array("é".utf8))
        #expect(recorder.output == "é")
    }
}
