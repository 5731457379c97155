import Crypto
import HTTPClient
import HTTPCore
import Logging
import Payments
import Snap

// What the merchant is called about.
extension Gateway {
    /// Begins to deliver callbacks with these statuses about a payment, one after the other.
    ///
    /// - Returns: the delivery, which ends when all are confirmed or given up.
    func callBack(
        _ reference: Reference,
        _ statuses: [LatestTransactionStatus],
        _ plan: FaultPlan
    ) -> Task<Void, Never> {
        deliveryCount += 1
        let number = deliveryCount
        // Drawn here rather than in the task, so that the order of calls alone decides.
        let due = statuses.map { (status: $0, externalID: random.uuid()) }
        let task = Task {
            if plan.isReordered && due.count == 1 { await untilReleased() }
            for callback in plan.isReordered ? due.reversed() : due {
                await deliver(callback.status, reference, plan, externalID: callback.externalID)
            }
            deliveries[number] = nil
            if !plan.isReordered { release() }
        }
        deliveries[number] = task
        return task
    }

    /// Lets callbacks go that were held back.
    func release() {
        let waiting = held
        held = []
        for continuation in waiting { continuation.resume() }
    }

    /// Ends all deliveries; there will be no others.
    func stop() {
        isStopped = true
        for task in deliveries.values { task.cancel() }
        release()
    }

    private func untilReleased() async {
        guard !isStopped else { return }
        await withCheckedContinuation { held.append($0) }
    }

    private func deliver(
        _ status: LatestTransactionStatus,
        _ reference: Reference,
        _ plan: FaultPlan,
        externalID: String
    ) async {
        guard let payment = payment(reference), !Task.isCancelled else { return }
        let facts = CallbackFacts(payment, status, plan, now: now())
        let index = payment.callbacks.count
        update(reference) {
            $0.callbacks.append(SentCallback(status: status, amount: facts.amount))
        }
        var milliseconds = now()
        var externalID = externalID
        for attempt in 0...settings.retrySeconds.count {
            if attempt > 0 { await pause(milliseconds: settings.retrySeconds[attempt - 1] * 1000) }
            await pause(milliseconds: plan.delayMilliseconds)
            if plan.retryForm == .resign { milliseconds = now() }
            var copies: [SignedCallback] = []
            for _ in 0...plan.duplicates {
                if plan.changesExternalID { externalID = random.uuid() }
                let copy = signed(
                    facts,
                    plan,
                    externalID: externalID,
                    milliseconds: milliseconds,
                    isCorrupted: attempt < plan.corruptedAttempts
                )
                if let copy { copies.append(copy) }
            }
            guard !Task.isCancelled else { return }
            let results = await send(copies, isLost: attempt < plan.lostAttempts)
            update(reference) { $0.callbacks[index].attempts += results }
            if results.contains(where: \.isConfirmed) { return }
        }
    }

    private func signed(
        _ facts: CallbackFacts,
        _ plan: FaultPlan,
        externalID: String,
        milliseconds: Int64,
        isCorrupted: Bool
    ) -> SignedCallback? {
        do throws(CryptoError) {
            return try SignedCallback(
                facts,
                plan,
                settings,
                externalID: externalID,
                milliseconds: milliseconds,
                isCorrupted: isCorrupted
            )
        } catch {
            log.error("callback cannot be signed") { $0.add("error", describing: error) }
            return nil
        }
    }

    /// Sends all copies at once; what is lost is not sent at all.
    private func send(_ copies: [SignedCallback], isLost: Bool) async -> [CallbackAttempt] {
        await withTaskGroup(of: CallbackAttempt.self) { group in
            for copy in copies {
                group.addTask { [client, settings, log] in
                    var attempt = copy.attempt
                    if isLost {
                        attempt.error = "lost on the way"
                    } else {
                        await attempt.send(copy.request, by: client, to: settings.notifyOrigin)
                    }
                    log.info("callback") { line in
                        line.add("externalId", attempt.externalID)
                        line.add("stringToSign", attempt.stringToSign)
                        if let status = attempt.status { line.add("status", status) }
                        if let code = attempt.responseCode { line.add("responseCode", code) }
                        if let error = attempt.error { line.add("error", error) }
                    }
                    return attempt
                }
            }
            var attempts: [CallbackAttempt] = []
            for await attempt in group { attempts.append(attempt) }
            return attempts
        }
    }
}

extension CallbackAttempt {
    fileprivate mutating func send(
        _ request: OutboundRequest,
        by client: HTTPClient,
        to origin: Origin
    ) async {
        do throws(HTTPClientError) {
            let response = try await client.send(request, to: origin)
            status = response.status.code
            responseCode = try? ServiceAnswer(response.body).code.description
        } catch {
            self.error = error.description
        }
    }
}

extension CallbackFacts {
    /// What is told about a payment: its own facts, or those that a fault puts in their place.
    fileprivate init(
        _ payment: SimulatedPayment,
        _ status: LatestTransactionStatus,
        _ plan: FaultPlan,
        now: Int64
    ) {
        partnerReferenceNo = payment.partnerReferenceNo
        referenceNo = payment.referenceNo
        externalID = payment.externalID
        self.status = status
        amount = plan.amount ?? payment.amount
        createdMilliseconds = payment.createdMilliseconds
        finishedMilliseconds = payment.finishedMilliseconds ?? now
    }
}
