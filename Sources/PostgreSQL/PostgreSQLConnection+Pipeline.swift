import System

/// Sending a group of statements and receiving their results
/// (<https://www.postgresql.org/docs/15/libpq-pipeline-mode.html>).
extension PostgreSQLConnection {
    /// A result to come.
    private enum Step {
        case preparation(String)
        case query(String)
    }

    /// Runs statements in one round trip; an error of one skips those after it.
    ///
    /// - Throws: the error of the first statement that failed. After any other error the connection
    ///   is closed.
    func pipeline(
        _ queries: [Query],
        withinSeconds seconds: Double
    ) throws(PostgreSQLError) -> [PostgreSQLResult] {
        let deadline = SystemClock.monotonicNanoseconds() + UInt64(max(seconds, 0) * 1e9)
        let context = queries.first?.sql ?? "an empty pipeline"
        let open = unsafe try opened(context)
        var steps: [Step] = []
        for query in queries { steps += try send(query) }
        guard unsafe library.pipelineSync(open) == 1 else { throw broken(context) }

        var results: [PostgreSQLResult] = []
        var failure: PostgreSQLError?
        do throws(PostgreSQLError) {
            for step in steps { try receive(step, &results, &failure, deadline) }
            guard try received(deadline, context).status == Libpq.resultSync else {
                throw outOfStep(context)
            }
        } catch {
            // The server says why it ends a connection.
            throw error.kind == .connection ? failure?.ofConnection ?? error : error
        }
        if let failure { throw failure }
        return results
    }

    /// Receives the result of a step; the first error of a statement becomes `failure`.
    private func receive(
        _ step: Step,
        _ results: inout [PostgreSQLResult],
        _ failure: inout PostgreSQLError?,
        _ deadline: UInt64
    ) throws(PostgreSQLError) {
        let context: String
        switch step {
        case .preparation(let sql), .query(let sql): context = sql
        }
        let result = try received(deadline, context)
        if failure == nil { failure = Self.failure(result, context) }
        switch step {
        case .preparation(let sql):
            if result.status != Libpq.resultCommand { statements[sql] = nil }
        case .query: results.append(result)
        }
        // libpq separates the results of two commands.
        guard try next(deadline, context) == nil else { throw outOfStep(context) }
    }

    /// Sends a statement, and prepares it first if it is new to this connection.
    private func send(_ query: Query) throws(PostgreSQLError) -> [Step] {
        let open = unsafe try opened(query.sql)
        var steps: [Step] = []
        let name = statements[query.sql] ?? "s\(preparationCount)"
        if statements[query.sql] == nil {
            preparationCount += 1
            let types = query.parameters.map(\.typeID)
            let isSent = unsafe library.sendPrepare(
                open,
                name,
                query.sql,
                CInt(types.count),
                types
            )
            guard isSent == 1 else { throw broken(query.sql) }
            statements[query.sql] = name
            steps.append(.preparation(query.sql))
        }
        let values = query.parameters.map(\.binary)
        let isSent = unsafe withPointers(values) { starts, lengths in
            let formats = [CInt](repeating: 1, count: values.count)
            let count = CInt(values.count)
            return unsafe library.sendPrepared(open, name, count, starts, lengths, formats, 1)
        }
        guard isSent == 1 else { throw broken(query.sql) }
        return steps + [.query(query.sql)]
    }

    /// The next result.
    private func received(
        _ deadline: UInt64,
        _ context: String
    ) throws(PostgreSQLError) -> PostgreSQLResult {
        guard let result = try next(deadline, context) else { throw outOfStep(context) }
        return result
    }

    /// The next result, or nil between the results of two commands.
    private func next(
        _ deadline: UInt64,
        _ context: String
    ) throws(PostgreSQLError) -> PostgreSQLResult? {
        let open = unsafe try opened(context)
        while true {
            // The server may wait for its results to be read before it reads more.
            let unsent = unsafe library.flush(open)
            if unsent < 0 { throw broken(context) }
            if unsafe library.isBusy(open) == 0 { break }
            let waited = try wait(
                for: unsent > 0 ? .either : .receiving,
                untilNanoseconds: deadline,
                context
            )
            guard waited == .ready else {
                close()
                throw PostgreSQLError(.timeout, "no response in time", context: context)
            }
            guard unsafe library.consumeInput(open) == 1 else { throw broken(context) }
        }
        let result = unsafe library.result(open).map {
            unsafe PostgreSQLResult(owning: $0, of: library)
        }
        guard unsafe library.status(open) == Libpq.connectionIsGood else { throw broken(context) }
        return result
    }

    /// Results that do not belong to what was sent; nothing is known of the connection.
    private func outOfStep(_ context: String) -> PostgreSQLError {
        close()
        return PostgreSQLError(
            .connection,
            "a result does not belong to what was sent",
            context: context
        )
    }

    /// The error in a result; nil if it succeeded.
    private static func failure(_ result: PostgreSQLResult, _ context: String) -> PostgreSQLError? {
        if [Libpq.resultCommand, Libpq.resultRows].contains(result.status) { return nil }
        return PostgreSQLError(
            .statement,
            state: result.field(Libpq.fieldState) ?? "",
            result.field(Libpq.fieldMessage) ?? "the statement was not run",
            context: context
        )
    }
}
