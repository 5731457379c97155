import Foundation
import Synchronization
import Support
import Testing

/// Callbacks that come more than once, in every way in which they do.
@Suite(.blocking)
struct RepetitionTests {
    @Test func `one callback sent over 64 connections at once is one entry and one transition`()
        throws
    {
        let daemon = try Daemon(in: Workspace())
        let callback = try Callback()
        let bytes = try callback.request().bytes
        let count = 64
        let clients = try (0..<count).map { _ in try daemon.connect() }
        // All of each request but its last byte is there before the first one is complete.
        for client in clients { try client.send(Array(bytes.dropLast())) }
        for client in clients { try client.send(Array(bytes.suffix(1))) }
        for client in clients { #expect(try client.response().code == "2005600") }

        let kept = try daemon.callbacks("externalId=\(callback.externalID)")
        #expect(kept.count == 1)
        #expect(kept.first?["deliveries"]["count"].integer == count)
        #expect(kept.first?["outcome"].text == "applied")
        #expect(try daemon.feed().count == 1)
        #expect(try daemon.attention().isEmpty)
    }

    @Test func `one signature with 600 runs of blanks is one callback`() throws {
        let daemon = try Daemon(in: Workspace())
        let callback = try Callback()
        let body = callback.body.bytes
        for count in 1...600 {
            let blanks = Array(repeating: UInt8(ascii: " "), count: count)
            let padded = callback.with {
                // It verifies as minified.
                ($0.literalBody, $0.signedBody) = (body.dropLast() + blanks + body.suffix(1), body)
            }
            #expect(try daemon.post(padded).code == "2005600")
        }
        let kept = try daemon.callbacks()
        #expect(kept.count == 1)
        #expect(kept.first?["deliveries"]["count"].integer == 600)
        #expect(try daemon.feed().count == 1)
        #expect(try daemon.attention().isEmpty)
    }

    @Test func `one signature under 100 ids that are too long is one entry`() throws {
        let daemon = try Daemon(in: Workspace())
        let callback = try Callback()
        let body = callback.body.bytes
        for count in 1...100 {
            let blanks = Array(repeating: UInt8(ascii: " "), count: count)
            let padded = callback.with {
                ($0.literalBody, $0.signedBody) = (body.dropLast() + blanks + body.suffix(1), body)
                let digits = "\(1_000 + count)"
                $0.externalID = digits + String(repeating: "x", count: 37 - digits.count)
            }
            #expect(try daemon.post(padded).code == "4005601")
        }
        #expect(try daemon.callbacks().count == 1)
        let entries = try daemon.attention()
        #expect(entries.map { $0["kind"].text } == ["invalid-callback"])
        #expect(entries.first?["events"].items.count == 1)
        #expect(try daemon.feed().isEmpty)
    }

    @Test func `another fact under a used id is refused, kept and on the attention list`() throws {
        let daemon = try Daemon(in: Workspace(), set: ["notify.externalIdConflict=reject"])
        let first = try Callback()
        #expect(try daemon.post(first).code == "2005600")
        var second = try Callback()
        second.externalID = first.externalID
        let response = try daemon.post(second)
        #expect(response.status == 409)
        #expect(response.code == "4095600")
        #expect(response.message == "Conflict")
        #expect(response["X-EXTERNAL-ID"] == first.externalID)

        #expect(try daemon.feed().map { $0["partnerReferenceNo"].text } == [first.merchant])
        let kept = try daemon.callbacks("externalId=\(first.externalID)")
        #expect(kept.map { $0["outcome"].text } == ["conflict", "applied"])
        #expect(try daemon.attention().map { $0["kind"].text } == ["external-id-conflict"])
        // A retry is answered like the first: nothing has resolved it yet.
        #expect(try daemon.post(second).code == "4095600")
        #expect(try daemon.attention().count == 1)
    }

    @Test func `under flag another fact under a used id is applied, with attention`() throws {
        let daemon = try Daemon(in: Workspace(), set: ["notify.externalIdConflict=flag"])
        let first = try Callback()
        var second = try Callback()
        second.externalID = first.externalID
        #expect(try daemon.post(first).code == "2005600")
        #expect(try daemon.post(second).code == "2005600")
        #expect(try daemon.feed().count == 2)
        #expect(try daemon.attention().map { $0["kind"].text } == ["external-id-conflict"])
    }

    @Test func `an id whose first callback was refused is free for the next one`() throws {
        let daemon = try Daemon(in: Workspace())
        var invalid = try Callback()
        invalid.body.latestTransactionStatus = "\"99\""
        #expect(try daemon.post(invalid).code == "4005601")
        var next = try Callback()
        next.externalID = invalid.externalID
        #expect(try daemon.post(next).code == "2005600")
    }

    @Test func `the same request is a delivery however late it comes again`() throws {
        let workspace = try Workspace()
        let callback = try Callback(status: "03").with {
            $0.timestamp = JakartaNow.text(offsetSeconds: -60)
        }
        let request = try callback.request()
        let first = try Daemon(in: workspace)
        #expect(try first.post(request).code == "2005600")
        #expect(try first.stop() == .exited(0))

        let second = try Daemon(
            in: workspace,
            set: ["notify.timestampToleranceSeconds=1", "notify.staleTimestamp=reject"]
        )
        #expect(try second.post(request).code == "2005600")
        let kept = try second.callbacks("externalId=\(callback.externalID)")
        #expect(kept.count == 1)
        #expect(kept.first?["deliveries"]["count"].integer == 2)
        #expect(try second.feed().count == 1)
        #expect(try second.attention().isEmpty)
        // Another one of the same age is refused: the tolerance is in force.
        let other = try Callback().with { $0.timestamp = callback.timestamp }
        #expect(try second.post(other).code == "4015600")
    }

    @Test(arguments: ["success": "00", "pending": "02", "cancelled": "05", "failed": "06"])
    func `a fact told again changes nothing, whatever differs around it`(
        word: String,
        status: String
    ) throws {
        let daemon = try Daemon(in: Workspace())
        let callback = try Callback(status: status)
        let variations: [(String, Callback)] = [
            ("the first", callback),
            ("another id, which is not signed: the same delivery", callback.renamed()),
            ("signed anew", callback.with { $0.timestamp = JakartaNow.text(offsetSeconds: -5) }),
            (
                "signed anew under another id",
                callback.renamed().with { $0.timestamp = JakartaNow.text(offsetSeconds: -9) }
            ),
            ("another description", callback.with { $0.body.others = [] }),
            (
                "blanks in the body",
                callback.with { $0.literalBody = Array("\n ".utf8) + callback.body.bytes }
            ),
            (
                "the amount as a number",
                callback.with {
                    $0.body.amount = #"{"value":1.0E4,"currency":"IDR"}"#
                }
            ),
        ]
        for (reason, variation) in variations {
            #expect(try daemon.post(variation).code == "2005600", "\(reason)")
        }
        let feed = try daemon.feed()
        #expect(feed.map { $0["to"].text } == [word])
        #expect(feed.first?["externalId"].text == callback.externalID)
        let kept = try daemon.callbacks("reference=\(callback.merchant)")
        #expect(kept.count == variations.count - 1)
        #expect(kept.last?["deliveries"]["count"].integer == 2)
        #expect(try daemon.attention().isEmpty)
    }

    @Test func `a captured callback sent again under other headers is only counted`() throws {
        let daemon = try Daemon(in: Workspace())
        var request = try Callback().request()
        #expect(try daemon.post(request).code == "2005600")
        request.set("X-EXTERNAL-ID", Unique.text("other"))
        request.add("X-Forwarded-For", "203.0.113.9")
        #expect(try daemon.post(request).code == "2005600")
        let kept = try daemon.callbacks()
        #expect(kept.count == 1)
        #expect(kept.first?["deliveries"]["count"].integer == 2)
        #expect(try daemon.feed().count == 1)
    }

    @Test func `a callback spoilt on its way first does no harm to the right one`() throws {
        let daemon = try Daemon(in: Workspace())
        let right = try Callback().request()
        var spoilt = right
        spoilt.remove("X-EXTERNAL-ID")
        #expect(try daemon.post(spoilt).code == "4005602")
        spoilt = right
        spoilt.set("X-PARTNER-ID", "somebody")
        #expect(try daemon.post(spoilt).code == "4015600")
        #expect(try daemon.post(right).code == "2005600")
        #expect(try daemon.feed().count == 1)
    }

    @Test func `a payment follows its callbacks through pending to success and no further`() throws
    {
        let daemon = try Daemon(in: Workspace())
        let first = try Callback(status: "01")
        for status in ["01", "02", "00", "03", "05", "06", "00"] {
            let next = first.renamed().with { $0.body.latestTransactionStatus = "\"\(status)\"" }
            #expect(try daemon.post(next).code == "2005600", "status \(status)")
        }
        let feed = try daemon.feed()
        #expect(feed.map { $0["to"].text } == ["pending", "pending", "success"])
        #expect(feed.map { $0["from"].text } == [nil, "pending", "pending"])
        #expect(feed.map { $0["sequence"].integer } == [1, 2, 3])
        let kinds = try daemon.attention().map { $0["kind"].text }
        #expect(kinds == ["contradicts-success"])
    }

    @Test func `money after a cancellation waits on the attention list`() throws {
        let daemon = try Daemon(in: Workspace())
        let first = try Callback(status: "05")
        #expect(try daemon.post(first).code == "2005600")
        let late = first.renamed().with { $0.body.latestTransactionStatus = "\"00\"" }
        #expect(try daemon.post(late).code == "2005600")
        #expect(try daemon.feed().map { $0["to"].text } == ["cancelled"])
        #expect(try daemon.attention().map { $0["kind"].text } == ["late-success"])
        let kept = try daemon.callbacks("externalId=\(late.externalID)")
        #expect(kept.first?["outcome"].text == "awaitingQuery")
    }
}
