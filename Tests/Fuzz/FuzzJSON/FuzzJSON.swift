import CSQLite
import Payments
import Snap
import Text

// What must hold for any bytes:
// 1. A text is read exactly when the recogniser beside this file accepts it, and only when SQLite's
//    `json_valid` does too, which accepts more: repeated names, deep nesting, lone surrogates.
// 2. Every value stands inside the one that contains it.
// 3. Minifying drops blanks only, changes no value, and has nothing left to drop the second time.
// 4. What is a notification is JSON, and its references are found by the lenient reader as well.
// 5. Nothing crashes, in particular not on what is refused.

/// Called by libFuzzer with each input.
@c(LLVMFuzzerTestOneInput)
func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let document = try? JSONDocument(bytes)
    precondition((document != nil) == Recogniser.accepts(bytes))
    if let document {
        precondition(SQLiteJSON.accepts(bytes), "SQLite refuses what was read")
        checkRanges(document.root, within: bytes.startIndex..<bytes.endIndex)
    }
    checkMinified(bytes, document)
    checkNotification(bytes, document)
    return 0
}

private func checkRanges(_ value: JSONValue, within outer: Range<Int>) {
    let range = value.range
    precondition(outer.lowerBound <= range.lowerBound && range.upperBound <= outer.upperBound)
    for member in value.members { checkRanges(member.value, within: range) }
    for element in value.elements { checkRanges(element, within: range) }
}

private func checkMinified(_ bytes: [UInt8], _ document: JSONDocument?) {
    guard let shorter = minified(bytes.span) else { return }
    precondition(shorter.count < bytes.count)
    precondition(minified(shorter.span) == nil)
    guard let document else { return }
    guard let again = try? JSONDocument(shorter) else {
        preconditionFailure("minified is not JSON")
    }
    precondition(isSame(document.root, again.root))
}

private func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
    guard left.kind == right.kind else { return false }
    switch left.kind {
    case .object:
        let (left, right) = (left.members, right.members)
        return left.count == right.count
            && zip(left, right).allSatisfy { $0.name == $1.name && isSame($0.value, $1.value) }
    case .array:
        let (left, right) = (left.elements, right.elements)
        return left.count == right.count && zip(left, right).allSatisfy(isSame)
    default:
        return left.literal == right.literal && left.string == right.string
    }
}

private func checkNotification(_ bytes: [UInt8], _ document: JSONDocument?) {
    let references = ReadableReferences(bytes)
    guard let notification = try? Notification(bytes) else { return }
    precondition(document != nil)
    let pair = notification.fact.pair
    precondition(references.originalPartnerReferenceNo == pair.originalPartnerReferenceNo)
    precondition(references.originalReferenceNo == pair.originalReferenceNo)
    precondition(!notification.createdTime.isEmpty && !notification.finishedTime.isEmpty)
    // Decoded only when asked for, so ask.
    _ = (notification.originalExternalID, notification.transactionStatusDesc)
}
