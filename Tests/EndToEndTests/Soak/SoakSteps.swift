import Foundation
import Glibc
import Support

/// Carries out the steps of a plan.
final class SoakSteps: Sendable {
    let scene: SoakScene

    init(_ scene: SoakScene) { self.scene = scene }

    /// Carries out one step. Errors of connections are part of a soak; what a response must not be
    /// is a violation.
    func run(_ step: SoakStep) {
        scene.findings.count(.steps)
        scene.findings.countCheck(ResponsesAreExpected.name)
        do {
            switch step.verb {
            case .generate, .pay, .cancel, .burst: try payment(step)
            case .link, .gateway, .crash: try disturb(step)
            case .accept, .undo, .resolve, .replay, .query, .reconcile: try decide(step)
            case .reload, .backup, .prune, .log, .clock, .kill, .stop, .freeze:
                try machine(step)
            }
        } catch let failure as Daemon.NotListening {
            scene.findings.add("\(step): \(failure)", by: ReceiverRuns.name)
        } catch {
            // The receiver is not there, or a connection was cut.
        }
    }

    // MARK: Payments

    private func payment(_ step: SoakStep) throws {
        let reference = step.arguments[0]
        switch step.verb {
        case .generate: try generate(step)
        case .pay:
            let amount = step.argument(1)
            if amount != nil { scene.findings.count(.payments) }
            note(reference, step.faults(2))
            try scene.gateway.pay(
                reference,
                faults: step.faults(2),
                amount: amount,
                waits: false
            )
            scene.ledger.addPaid(reference)
        case .cancel:
            note(reference, step.faults(1))
            try scene.gateway.cancel(reference, faults: step.faults(1), waits: false)
        default: burst(reference, count: Int(step.arguments[1]) ?? 0)
        }
    }

    /// The kinds of the entries that faults may leave open.
    private func note(_ reference: String, _ faults: [String]) {
        scene.ledger.change(reference) { payment in
            for fault in faults {
                if fault.hasPrefix("amount=") {
                    // Which one depends on whether a query has confirmed the payment before.
                    payment.contradictions.formUnion(["amount-mismatch", "possible-second-payment"])
                }
                if fault == "cancel-first" { payment.contradictions.insert("contradicts-success") }
                if fault == "generate=bad-qr" { payment.contradictions.insert("qr-refused") }
            }
        }
    }

    private func generate(_ step: SoakStep) throws {
        let reference = step.arguments[0]
        scene.findings.count(.payments)
        scene.ledger.change(reference) { $0.isGenerated = true }
        note(reference, step.faults(2))
        let valid = step.argument(1).map { ",\"validitySeconds\":\($0)" } ?? ""
        let body = "{\"partnerReferenceNo\":\"\(reference)\",\"amount\":\"10000.00\"\(valid)}"
        let response = try scene.generating.withLock {
            try scene.gateway.setFaults(step.faults(2))
            return try scene.call("POST", "/admin/qr/generate", body)
        }
        if [200, 201, 409].contains(response.status) || response.status >= 500 { return }
        // The clock was stepped beyond the validity during the request.
        if response.json["field"].text == "validityPeriod" { return }
        scene.findings.add("\(step): \(response.text)", by: ResponsesAreExpected.name)
    }

    /// Payments made elsewhere whose callbacks are delivered here, so that it is known exactly
    /// which of them were acknowledged.
    private func burst(_ prefix: String, count: Int) {
        for number in 0..<count {
            guard let callback = payElsewhere("\(prefix)-\(number)") else { continue }
            deliver(callback)
        }
    }

    /// Has a payment paid that the gateway knows, and returns its callback, which the gateway does
    /// not send itself.
    func payElsewhere(_ reference: String) -> Callback? {
        let payment = try? scene.gateway.pay(
            reference,
            faults: ["drop"],
            amount: "10000.00",
            waits: false
        ).json
        guard let other = payment?["referenceNo"].text else { return nil }
        scene.findings.count(.payments)
        return try? Callback(reference, other)
    }

    /// Sends a callback as the gateway does: until it is acknowledged, a few times at most.
    func deliver(_ callback: Callback, onAcknowledged: () -> Void = {}) {
        guard let bytes = try? callback.request().bytes else { return }
        for attempt in 0..<8 {
            if attempt > 0 { usleep(200_000) }
            let port = scene.links["notify"]?.port ?? 0
            guard
                let response = try? RawClient(.loopback(port: port), timeoutSeconds: 5)
                    .exchange(bytes)
            else { continue }
            if response.code == "2005600" {
                onAcknowledged()
                scene.ledger.acknowledge(callback.merchant, externalID: callback.externalID)
                scene.findings.count(.acknowledged)
                return
            }
            // With the gateway's key removed it is refused.
            if !["4015600", "5005601", "5035600"].contains(response.code) {
                let text = "\(callback.merchant): \(response.text)"
                scene.findings.add(text, by: ResponsesAreExpected.name)
            }
        }
    }

    // MARK: Connections and readers

    private func disturb(_ step: SoakStep) throws {
        switch step.verb {
        case .link:
            guard let link = scene.links[step.arguments[0]],
                let fault = FaultyLink.Fault(rawValue: step.arguments[1]),
                let milliseconds = Int(step.arguments[2])
            else { throw SoakStep.Malformed(description: "\(step)") }
            link.disturb(fault, milliseconds: milliseconds)
        case .gateway:
            try scene.generating.withLock {
                try scene.gateway.setFaults([step.arguments[0]])
                usleep(UInt32((Int(step.arguments[1]) ?? 0) * 1_000))
                try scene.gateway.setFaults([])
            }
        default:
            scene.findings.count(.crashes)
            scene.consumers.first { $0.name == step.arguments[0] }?.crash()
        }
    }
}
