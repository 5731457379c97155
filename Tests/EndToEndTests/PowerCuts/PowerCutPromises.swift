/// What a receiver has promised up to an event of its record, read from the bytes that it sent.
struct PowerCutPromises {
    /// The X-EXTERNAL-IDs of callbacks that were answered after they were stored.
    private(set) var acknowledged: Set<String> = []

    /// The references of the transitions that readers were shown, by sequence number.
    private(set) var feed: [Int: String] = [:]

    /// The highest sequence number that any successful response named.
    private(set) var head = 0

    /// What the test noted, in order.
    private(set) var notes: [String] = []

    /// Two responses contradict each other.
    private(set) var contradictions: [String] = []

    /// The promises when a note was made.
    private(set) var atNote: [String: Kept] = [:]

    /// The part of the promises that a copy of the database has to keep.
    struct Kept {
        var acknowledged: Set<String> = []
        var head = 0
    }

    var kept: Kept { Kept(acknowledged: acknowledged, head: head) }

    mutating func apply(_ event: DiskEvent) {
        switch event {
        case .sent(let bytes): read(bytes)
        case .noted(let text):
            notes.append(text)
            atNote[text] = kept
        default: return
        }
    }

    /// Reads a response; a response of these tests is sent at once.
    private mutating func read(_ bytes: ArraySlice<UInt8>) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.hasPrefix("HTTP/1.1 "), let end = text.firstRange(of: "\r\n\r\n"),
            let response = RawResponse(head: String(text[..<end.upperBound]))
        else { return }
        let body = JSON(Array(text[end.upperBound...].utf8))
        if let code = body["responseCode"].text {
            // 4005602: kept in the journal, although it says nothing that can be applied.
            guard ["2005600", "4005602"].contains(code) else { return }
            if let id = response["X-EXTERNAL-ID"] { acknowledged.insert(id) }
        } else if (200..<300).contains(response.status) {
            for transition in body["transitions"].items {
                guard let sequence = transition["sequence"].integer,
                    let reference = transition["partnerReferenceNo"].text
                else { continue }
                if let before = feed.updateValue(reference, forKey: sequence), before != reference {
                    contradictions.append("transition \(sequence): \(before), then \(reference)")
                }
            }
            for name in ["head", "lastSequence"] { head = max(head, body[name].integer ?? 0) }
            head = max(head, feed.keys.max() ?? 0)
        }
    }
}

extension PowerCutPromises {
    /// Whether a database has to be there, or part of a restore over one.
    var isAnyKept: Bool { !notes.contains(PowerCutNote.restored) || !acknowledged.isEmpty }
}
