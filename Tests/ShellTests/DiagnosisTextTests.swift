import Captures
import Crypto
import Diagnosis
import HTTPCore
import Support
import Testing

@testable import FileCommands

/// A diagnosis as people read it.
struct DiagnosisTextTests {
    private static func settings() throws -> DiagnosisSettings {
        let key = try ConfigurationFixture.gatewayKey.get().publicKey
        return DiagnosisSettings(
            signaturePaths: ["/a"],
            publicURL: try HTTPURL("https://h/a"),
            keys: [.init(name: "cashin\u{1B}.pem", key: key)],
            clientID: "CID1"
        )
    }

    /// The response that the receiver would give.
    private static func response(
        _ callback: CapturedCallback,
        _ diagnosis: SignatureDiagnosis
    ) throws -> ResponseReport {
        let response = ReceivedResponse(
            code: "4005602",
            message: "Invalid Mandatory Field X-PARTNER-ID",
            isAuthentic: false,
            isReceived: false
        )
        return ResponseReport(response, to: callback, diagnosis, try settings())
    }

    @Test func `nothing that a callback holds reaches the terminal unescaped`() throws {
        let evil = "\u{1B}]0;x\u{7}\r\n\u{202E}é"
        let callback = CapturedCallback(
            method: evil,
            target: evil,
            fields: ["X-PARTNER-ID", "X-EXTERNAL-ID", "X-TIMESTAMP", "X-SIGNATURE"].map {
                .init(name: $0, value: Array(evil.utf8))
            },
            body: Array(evil.utf8)
        )
        let diagnosis = try SignatureDiagnosis(callback, Self.settings())
        let response = try Self.response(callback, diagnosis)
        let text = DiagnosisText(diagnosis, response, of: callback, notes: [evil]).text
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for line in lines {
            #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E })
        }
        #expect(lines.last == "")
        #expect(lines.contains { $0.hasPrefix("Request") && $0.contains("\\u{1b}") })
    }

    @Test func `the answer stands in the first line`() throws {
        let callback = CapturedCallback(method: "POST", target: "/a", fields: [], body: [])
        let diagnosis = try SignatureDiagnosis(callback, Self.settings())
        let response = try Self.response(callback, diagnosis)
        let text = DiagnosisText(diagnosis, response, of: callback, notes: ["A note."]).text
        #expect(
            text.hasPrefix(
                "missingHeader: The response would be 4005602 Invalid Mandatory Field X-PARTNER-ID "
                    + "(row 3): X-PARTNER-ID is missing. There is no X-SIGNATURE and no "
                    + "X-TIMESTAMP, so nothing can verify.\nWhat to do: Ask the gateway to send "
                    + "X-PARTNER-ID once and well formed"
            )
        )
        #expect(text.contains("\nNotes:\n  A note.\n"))
        #expect(text.contains(": not tried; the gateway's, 2048 bits\n"))
    }
}
