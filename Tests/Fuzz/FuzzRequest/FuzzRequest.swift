// Feeds arbitrary bytes to the request reader and checks what must always hold:
//
// 1. Nothing crashes.
// 2. The result is the same whole, in two pieces cut anywhere, and byte by byte.
// 3. A request consumes no more than there is; reading just what it consumed gives it again, and so
//    does reading it with other bytes behind it.
// 4. Every part of a head is a range within the head's bytes, and those parse to the same head.
// 5. A body and its trailers are within their limits, and a body has the announced length.
// 6. A refusal has a status of 4xx or 5xx.
//
// The first byte of an input chooses the limits, and whether a head that announces a chunked body
// is put in front; the second byte chooses the cut; the rest is what is read.
import HTTPCore

private typealias Outcome = Result<ParseResult, RequestError>

@c(LLVMFuzzerTestOneInput)
func fuzzRequest(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard input.count >= 2 else { return 0 }
    let limits = input[0] & 1 == 0 ? HTTPLimits() : smallLimits
    let bytes = (input[0] & 2 == 0 ? [] : chunkedHead) + input[2...]

    let whole = read(bytes, cuts: [], limits: limits)
    let cut = Int(input[1]) * bytes.count / Int(UInt8.max)
    precondition(read(bytes, cuts: [cut], limits: limits) == whole, "a cut changed the result")
    precondition(
        read(bytes, cuts: 0..<bytes.count, limits: limits) == whole,
        "reading byte by byte changed the result"
    )
    switch whole {
    case .failure(let error): precondition((400...599).contains(error.status.code))
    case .success(.needsMore): break
    case .success(.request(let request)):
        precondition(request.consumed > 0 && request.consumed <= bytes.count)
        let consumed = Array(bytes[..<request.consumed])
        precondition(read(consumed, cuts: [], limits: limits) == whole)
        precondition(read(consumed + [0, 0x0A], cuts: [], limits: limits) == whole)
        check(request, limits: limits)
    }
    return 0
}

private let chunkedHead = Array(
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8
)

/// Limits that short inputs reach.
private let smallLimits: HTTPLimits = {
    var limits = HTTPLimits()
    limits.headerBytes = 128
    limits.headerCount = 3
    limits.targetBytes = 24
    limits.methodBytes = 8
    limits.bodyBytes = 16
    return limits
}()

/// Reads `bytes` in the pieces that end at `cuts` and at the end.
private func read(_ bytes: [UInt8], cuts: some Sequence<Int>, limits: HTTPLimits) -> Outcome {
    var reader = RequestReader(limits: limits)
    do throws(RequestError) {
        for cut in cuts {
            let result = try reader.read(bytes.span.extracting(0..<cut))
            if result != .needsMore { return .success(result) }
        }
        return .success(try reader.read(bytes.span))
    } catch { return .failure(error) }
}

private func check(_ request: ParsedRequest, limits: HTTPLimits) {
    let head = request.head
    precondition(head.bytes.count <= limits.headerBytes)
    precondition(head.fields.count <= limits.headerCount)
    precondition(head.target.count <= limits.targetBytes)
    var parts = [head.method, head.target, head.path]
    parts += head.fields.flatMap { [$0.name, $0.value] }
    if let query = head.query { parts.append(query) }
    for part in parts {
        precondition(part.lowerBound >= 0 && part.upperBound <= head.bytes.count)
        _ = head.text(part)
    }
    precondition((try? parseRequestHead(head.bytes, limits: limits)) == head)
    precondition(request.body.count <= limits.bodyBytes)
    precondition(request.trailers.count <= limits.headerBytes)
    switch head.framing {
    case .none: precondition(request.body.isEmpty && request.trailers.isEmpty)
    case .contentLength(let count): precondition(request.body.count == count)
    case .chunked: break
    }
}
