/// What the gateway does with one payment, and what goes wrong on the way, drawn from a seed.
struct PaymentPlan: Sendable, CustomStringConvertible {
    /// How a payment ends at the gateway.
    enum End: CaseIterable { case paid, cancelled, runsOut }

    let reference: String
    let end: End

    /// Whether it is generated here; else it is first heard of in a callback.
    let isGenerated: Bool

    /// A fault of the generate call.
    let generateFault: String?

    /// Faults of its callbacks.
    let faults: [String]

    /// The attention entries that have to be there at the end, and no others.
    let contradictions: Set<String>

    var description: String { "\(reference): \(end), \(generateFault ?? "generated"), \(faults)" }

    init(_ reference: String, _ random: inout SeededGenerator) {
        func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }
        func one<Value>(of values: [Value]) -> Value {
            values[Int.random(in: 0..<values.count, using: &random)]
        }
        self.reference = reference
        isGenerated = chance(85)
        end = isGenerated ? one(of: [.paid, .paid, .paid, .cancelled, .runsOut]) : .paid
        generateFault =
            isGenerated && chance(15)
            ? one(of: ["generate=error", "generate=disconnect", "generate=bad-qr"]) : nil
        var faults = [
            one(of: ["signed=url", "signed=path"]),
            one(of: ["references=cash-in", "references=snap"]),
            one(of: ["amount-form=string", "amount-form=number", "amount-form=exponent"]),
            one(of: ["body=compact", "body=spaced"]),
        ]
        if chance(30) { faults.append("duplicate=\(Int.random(in: 1...3, using: &random))") }
        if chance(20) { faults.append("delay=\(Int.random(in: 1...150, using: &random))") }
        // Of a payment made elsewhere nobody would know but for its callback.
        let total = [
            "drop", "signature", "signed-body=sorted", "signed-string=pipe", "signed-time=+1",
            "signature-form=hex",
        ]
        let losses = ["drop=1", "signature=1"] + (isGenerated ? total : [])
        if chance(20) { faults.append(one(of: losses)) }
        if chance(20) { faults.append("external-id") }
        let isLost = faults.contains { total.contains($0) }
        // After a failed generate call the gateway is asked at once, and may be faster than its own
        // callbacks: what contradicts what is then a matter of luck.
        let isAskedAtOnce = generateFault != nil && generateFault != "generate=bad-qr"
        let isCancelledFirst = end == .paid && !isAskedAtOnce && chance(15)
        if isCancelledFirst { faults.append("cancel-first") }
        let isReordered = chance(isCancelledFirst && isGenerated ? 40 : isCancelledFirst ? 0 : 10)
        if isReordered { faults.append("reorder") }
        let mayHaveOtherAmount =
            isGenerated && end == .paid && !isCancelledFirst && !isAskedAtOnce
        let hasOtherAmount = mayHaveOtherAmount && chance(15)
        if hasOtherAmount { faults.append("amount=77777.00") }
        // Signed anew, a repetition of what contradicts would be one more contradiction.
        faults.append(hasOtherAmount || chance(50) ? "retry=replay" : "retry=resign")
        self.faults = faults
        var contradictions: Set<String> = []
        if generateFault == "generate=bad-qr" { contradictions.insert("qr-refused") }
        if hasOtherAmount, !isLost { contradictions.insert("amount-mismatch") }
        if isCancelledFirst, isReordered, !isLost { contradictions.insert("contradicts-success") }
        self.contradictions = contradictions
    }
}
