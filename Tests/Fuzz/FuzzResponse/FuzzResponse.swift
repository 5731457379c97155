// Feeds arbitrary bytes to the reader of responses and checks what must always hold:
//
// 1. Nothing crashes.
// 2. The result is the same whole, in two pieces cut anywhere, and byte by byte, whether or not
//    the body is removed while it arrives.
// 3. A response consumes no more than there is; reading just what it consumed gives it again.
// 4. Every part of a head is a range within the head's bytes, and those parse to the same head.
// 5. A body and its trailers are within their limits, and a body has the announced length.
//
// The first byte of an input chooses the limits, whether HEAD was requested, and whether a head
// that announces a chunked body is put in front; the second byte chooses the cut; the rest is what
// is read.
import HTTPCore

/// What a peer's bytes amount to: a response, with the bytes it consumed, or a fault.
private typealias Outcome = Result<Received, ResponseError>

private struct Received: Equatable {
    let head: ResponseHead
    let body: [UInt8]
    let trailers: [UInt8]
    let consumed: Int
}

@c(LLVMFuzzerTestOneInput)
func fuzzResponse(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard input.count >= 2 else { return 0 }
    let peer = Peer(
        limits: input[0] & 1 == 0 ? HTTPLimits() : smallLimits,
        isHEAD: input[0] & 2 != 0,
        bytes: (input[0] & 4 == 0 ? [] : chunkedHead) + input[2...]
    )
    let bytes = peer.bytes

    let whole = peer.read(cuts: [], removesBody: false)
    let cut = Int(input[1]) * bytes.count / Int(UInt8.max)
    for removesBody in [false, true] {
        precondition(peer.read(cuts: [cut], removesBody: removesBody) == whole, "a cut matters")
        precondition(
            peer.read(cuts: Array(0..<bytes.count), removesBody: removesBody) == whole,
            "reading byte by byte changed the result"
        )
    }
    guard case .success(let response) = whole else { return 0 }
    precondition(response.consumed <= bytes.count)
    var again = peer
    again.bytes = Array(bytes[..<response.consumed])
    precondition(again.read(cuts: [], removesBody: false) == whole)
    check(response, of: peer)
    return 0
}

private let chunkedHead = Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)

/// Limits that short inputs reach.
private let smallLimits: HTTPLimits = {
    var limits = HTTPLimits()
    limits.headerBytes = 128
    limits.headerCount = 3
    limits.bodyBytes = 16
    return limits
}()

private struct Peer {
    let limits: HTTPLimits
    let isHEAD: Bool
    var bytes: [UInt8]

    /// Reads the bytes in the pieces that end at `cuts` and at the end, where the peer closes.
    func read(cuts: [Int], removesBody: Bool) -> Outcome {
        var reader = ResponseReader(limits: limits, isHEAD: isHEAD)
        var removed: [UInt8] = []
        var position = 0
        do throws(ResponseError) {
            for cut in cuts + [bytes.count] {
                let piece = bytes.span.extracting(position..<max(cut, position))
                let (consumed, response) = try reader.read(piece)
                position += consumed
                if let response { return .success(received(response, removed, position)) }
                precondition(position == max(cut, position - consumed), "bytes were left over")
                if removesBody { removed += reader.removeBody() }
            }
            return .success(received(try reader.end(), removed, position))
        } catch { return .failure(error) }
    }

    private func received(
        _ response: ParsedResponse,
        _ removed: [UInt8],
        _ consumed: Int
    ) -> Received {
        Received(
            head: response.head,
            body: removed + response.body,
            trailers: response.trailers,
            consumed: consumed
        )
    }
}

private func check(_ response: Received, of peer: Peer) {
    let head = response.head
    precondition((200...599).contains(head.status.code))
    precondition(head.bytes.count <= peer.limits.headerBytes)
    precondition(head.fields.count <= peer.limits.headerCount)
    for part in [head.reason] + head.fields.flatMap({ [$0.name, $0.value] }) {
        precondition(part.lowerBound >= 0 && part.upperBound <= head.bytes.count)
        _ = head.text(part)
    }
    let again = try? parseResponseHead(head.bytes, limits: peer.limits, isHEAD: peer.isHEAD)
    precondition(again == head)
    precondition(response.body.count <= peer.limits.bodyBytes)
    precondition(response.trailers.count <= peer.limits.headerBytes)
    switch head.framing {
    case .none: precondition(response.body.isEmpty && response.trailers.isEmpty)
    case .contentLength(let count): precondition(response.body.count == count)
    case .chunked, .untilClose: break
    }
}
