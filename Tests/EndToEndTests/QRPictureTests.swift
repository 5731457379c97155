import Foundation
import Support
import Testing

/// `GET /v1/transactions/{partnerReferenceNo}/qr.svg`: the code as a picture.
@Suite(.blocking)
struct QRPictureTests {
    /// Whether a picture can be rasterised and read back.
    private static let isReadable = ["rsvg-convert", "zbarimg"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)")
    }

    @Test func `a generated payment has a picture, before and after it is paid`() throws {
        let pair = try Pair()
        #expect(try pair.daemon.generate("TRX-1").status == 201)
        let target = "/v1/transactions/TRX-1/qr.svg"
        let picture = try pair.daemon.get(target, as: "orders")
        #expect(picture.status == 200, "\(picture.text)")
        #expect(picture["Content-Type"] == "image/svg+xml")
        #expect(picture["Cache-Control"] == "no-store")
        #expect(picture.text.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" "))
        #expect(try pair.gateway.pay("TRX-1").status == 200)
        _ = try pair.daemon.transaction("TRX-1", until: "success")
        #expect(try pair.daemon.get(target, as: "orders").body == picture.body)
    }

    @Test func `a payment that was not generated here has none`() throws {
        let daemon = try Daemon(in: Workspace())
        let callback = try Callback()
        #expect(try daemon.post(callback).code == "2005600")
        let answer = try daemon.get("/v1/transactions/\(callback.merchant)/qr.svg")
        check(answer, 404, "qr-not-found", field: "partnerReferenceNo", "no code")
    }

    @Test(.enabled(if: isReadable, "apt-get install zbar-tools librsvg2-bin"))
    func `a reader finds the payload in the picture`() throws {
        let pair = try Pair()
        let generated = try pair.daemon.generate("TRX-1")
        let payload = try #require(generated.json["qrContent"].text)
        let picture = try pair.daemon.get("/v1/transactions/TRX-1/qr.svg")
        try pair.workspace.write(picture.text, to: "qr.svg")
        let read = try ChildProcess.run(
            "/bin/sh",
            [
                "-c", "cd \"$0\" && rsvg-convert -o qr.png qr.svg && zbarimg -q --raw qr.png",
                pair.workspace.directory,
            ]
        )
        #expect(read.end == .exited(0), "\(read.errors)")
        #expect(read.output == [payload])
    }
}
