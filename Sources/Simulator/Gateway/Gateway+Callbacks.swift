import Crypto
import HTTPClient
import HTTPCore
import Logging
import Payments
import Snap

// The delivery of callbacks.
extension Gateway {
    /// Starts the delivery of callbacks with these statuses for a payment, one after the other.
    ///
    /// With `reorder`, several statuses are sent in reverse order. A single one waits until another
    /// delivery ends, or for ``release()``.
    ///
    /// - Returns: the delivery task, which ends when each callback is confirmed or its retries are
    ///   exhausted.
    func callBack(
        _ reference: Reference,
        _ statuses: [LatestTransactionStatus],
        _ plan: FaultPlan
    ) -> Task<Void, Never> {
        deliveryCount += 1
        let number = deliveryCount
        // Drawn before the task starts, so that the ids depend on the order of the calls alone.
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

    /// Resumes the deliveries that `reorder` delays.
    func release() {
        let waiting = delayed
        delayed = []
        for continuation in waiting { continuation.resume() }
    }

    /// Cancels all deliveries; no new one starts after that.
    func stop() {
        isStopped = true
        for task in deliveries.values { task.cancel() }
        release()
    }

    /// Waits for ``release()``; returns at once after ``stop()``.
    private func untilReleased() async {
        guard !isStopped else { return }
        await withCheckedContinuation { delayed.append($0) }
    }

    /// Sends one callback until it is confirmed, or `retrySeconds` are used up.
    ///
    /// An attempt is confirmed if any of its copies is. Every attempt is recorded in the payment.
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
            let results = await send(copies, isDropped: attempt < plan.droppedAttempts)
            update(reference) { $0.callbacks[index].attempts += results }
            if results.contains(where: \.isConfirmed) { return }
        }
    }

    /// Signs one copy; logs a failure of OpenSSL, and returns nil.
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

    /// Sends all copies at the same time, and logs each.
    ///
    /// - Parameter isDropped: whether the copies are dropped: recorded with an error, but not sent.
    private func send(_ copies: [SignedCallback], isDropped: Bool) async -> [CallbackAttempt] {
        await withTaskGroup(of: CallbackAttempt.self) { group in
            for copy in copies {
                group.addTask { [client, settings, log] in
                    var attempt = copy.attempt
                    if isDropped {
                        attempt.error = "dropped by the fault plan"
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
    /// Sends the request and records the response, or the error.
    fileprivate mutating func send(
        _ request: OutboundRequest,
        by client: HTTPClient,
        to origin: Origin
    ) async {
        do throws(HTTPClientError) {
            let response = try await client.send(request, to: origin)
            status = response.status.code
            responseCode = try? ServiceResponse(response.body).code.description
        } catch {
            self.error = error.description
        }
    }
}

extension CallbackFacts {
    /// Makes the content from a payment, with the amount that a fault prescribes.
    ///
    /// - Parameter now: the time of `finishedTime` if the payment is not finished.
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
