import Commands
import HTTPCore
import QRCode
import Support
import Testing

@testable import ReceiverClient
@testable import Shell

struct GenerateCommandTests {
    private static let content = "00020101021226210017ID.CO.EXAMPLE.WWW5303360"

    private static func answer(
        _ members: String = "",
        content: String = content
    ) -> Response {
        .json(
            """
            {"partnerReferenceNo":"TRX-1","status":"pending","final":false,"expired":false,
            "qrContent":"\(content)"\(members)}
            """,
            201
        )
    }

    private let arguments = ["generate", "--reference", "TRX-1", "--amount", "10000.00"]

    @Test(arguments: [false, true])
    func `the payment is shown with its code`(_ isTerminal: Bool) async throws {
        let symbol = try QREncoder().symbol(of: Self.content)
        let drawing = QRDrawing(symbol).text(isTerminal: isTerminal)
        try await ShellScene.with([Self.answer()]) { scene in
            let (code, output, error) = await scene.run(arguments, isTerminal: isTerminal)
            #expect((code, error) == (.success, ""))
            #expect(output == "Reference  TRX-1\nStatus     pending\n\n" + drawing)
        }
    }

    @Test(arguments: [
        (["--amount", "15.000"], "--amount: 15.000 may mean 15000 in Indonesia"),
        (["--amount", "1", "--fee", "5.000"], "--fee: 5.000 may mean 5000 in Indonesia"),
        (["--amount", "1500.000"], "--amount: expected no more than two decimals"),
    ])
    func `an amount that may be another is refused before anything is sent`(
        _ amounts: [String],
        _ text: String
    ) async throws {
        try await ShellScene.with([]) { scene in
            let (code, output, error) = await scene.run(
                ["generate", "--reference", "TRX-1"] + amounts
            )
            #expect((code, output) == (.usage, ""))
            #expect(error.contains(text))
        }
    }

    @Test func `without the library there is the code's content, and a hint`() async throws {
        try await ShellScene.with([Self.answer()]) { scene in
            let recorder = ConsoleRecorder()
            var command = try GenerateCommand(Command.generate.parse(arguments.dropFirst()))
            command.libraryName = "libqrencode-none.so.9"
            let session = try scene.session([], recorder)
            try await command.run(session)
            await session.api.close()
            #expect(
                recorder.output == """
                    Reference   TRX-1
                    Status      pending
                    QR content  \(Self.content)

                    """
            )
            #expect(
                recorder.error == "cashin-receiver test: no QR code is drawn: "
                    + "libqrencode-none.so.9 is not installed (package libqrencode4)\n"
            )
        }
    }

    @Test func `a code that cannot be paid is not drawn`() async throws {
        let answers = [
            Response.json(#"{"status":"pending","qrContent":"0002","expired":true}"#),
            Response.json(#"{"status":"success","qrContent":"0002","final":true}"#),
            Response.json(#"{"status":"pending","qrContent":""}"#),
            Response.json(#"{"status":"created","qrContent":null}"#),
        ]
        try await ShellScene.with(answers) { scene in
            for hint in ["is over", "is over", "is empty", nil] {
                let (code, output, error) = await scene.run(arguments)
                #expect(code == .success)
                #expect(output.hasPrefix("Status"))
                #expect(!output.contains("\u{2588}"))
                #expect(hint.map { error.contains($0) } ?? error.isEmpty)
            }
        }
    }
}
