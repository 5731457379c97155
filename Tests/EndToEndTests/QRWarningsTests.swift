import Foundation
import Support
import Testing

/// What is odd about a generated code is told where the code is shown.
@Suite(.blocking)
struct QRWarningsTests {
    @Test(arguments: [
        ("qr=tip", "tag 55 asks the payer for a tip or a fee: the paid amount may be higher"),
        ("qr=static", "tag 01 is not 12: the code is static, and can be paid more than once"),
        ("qr=no-amount", "tag 54, the amount, is missing: the payer enters it"),
        ("qr=no-city", "tag 60, the city, is missing or empty"),
        ("qr=percentage", "tag 57 adds a percentage to the amount"),
    ])
    func `response, transaction and shell have the warnings`(
        _ fault: String,
        _ warning: String
    ) throws {
        let pair = try Pair(options: ["--retry-seconds", "none", "--fault", fault])
        let answer = try pair.daemon.generate("TRX-1")
        #expect(answer.status == 201, "\(answer.text)")
        #expect(answer.json["warnings"].items.map(\.text).contains(warning), "\(answer.text)")
        let transaction = try pair.daemon.transaction("TRX-1")
        #expect(transaction["warnings"] == answer.json["warnings"])
        let shown = try ChildProcess.run(
            Daemon.program,
            [
                "transaction", "--config", pair.workspace.configurationFile,
                "--url", "http://\(pair.daemon.internalEndpoint)", "TRX-1",
            ]
        )
        #expect(shown.end == .exited(0), "\(shown.errors)")
        #expect(shown.output.contains { $0.contains(warning) }, "\(shown.output)")
    }
}
