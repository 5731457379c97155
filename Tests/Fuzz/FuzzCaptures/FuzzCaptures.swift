// Feeds arbitrary bytes to the reader of saved callbacks (raw requests, curl commands of two
// shells, HAR files, the API's documents) and checks what must always hold:
//
// 1. Nothing crashes, and a refusal completes a sentence.
// 2. Notes are sentences on one line, and in proportion to the text.
// 3. The body is no longer than the text.
// 4. The head that the callback stands for is read again with the same fields.
import Captures

@c(LLVMFuzzerTestOneInput)
func fuzzCaptures(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = Array(UnsafeBufferPointer(start: start, count: count))
    do throws(CaptureError) {
        let capture = try Capture(text)
        precondition(capture.notes.count <= text.count + 8)
        for note in capture.notes { precondition(!note.isEmpty && !note.contains("\n")) }
        precondition(capture.callback.body.count <= text.count)
        checkHead(of: capture.callback)
    } catch {
        precondition(!error.text.isEmpty && error.text.last != ".")
    }
    return 0
}

private func checkHead(of callback: CapturedCallback) {
    let parts = [callback.method, callback.target]
    let names = callback.fields.map(\.name)
    let hasLineBreaks =
        (parts + names).contains { $0.utf8.contains { $0 <= 0x20 || $0 == 0x3A } }
        || callback.fields.contains { $0.value.contains { $0 == 0x0A || $0 == 0x0D } }
    // Such parts come from JSON strings or quoted words; no request can have them.
    guard !hasLineBreaks, parts.allSatisfy({ !$0.isEmpty }), names.allSatisfy({ !$0.isEmpty })
    else { return }
    let again = CapturedCallback(head: callback.head, body: callback.body, receivedMilliseconds: 0)
    precondition(again.method == callback.method && again.target == callback.target)
    let framing = ["content-length", "transfer-encoding", "host"]
    let kept = { (callback: CapturedCallback) in
        callback.fields.filter { !framing.contains($0.name.lowercased()) }
    }
    precondition(kept(again).map(\.name) == kept(callback).map(\.name))
}
