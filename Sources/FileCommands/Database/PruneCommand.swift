import APIModel
package import Commands
import Configuration
import Ledger
import Maintenance
import ReceiverClient
import Recovery
import SQLiteFiles
import SQLiteStore
import Snap
import System
import Store
import Text

extension Command {
    package static let prune = Command(
        name: pruneOverAPI.name,
        summary: pruneOverAPI.summary,
        options: pruneOverAPI.options,
        exitCodes: [.badData, .unavailable, .internalError, .inputOutput, .configuration],
        meanings: [
            .badData: "the daemon refused the request: 4xx, except those below",
            .unavailable: "the daemon does not respond, or it runs and --compact was given",
            .inputOutput: "the database cannot be read or written",
            .configuration: "address or token not configured, or the token refused: 401, 403",
        ],
        example: "prune --before 2026-01-01 --dry-run",
        run: runPrune
    )

    fileprivate static let pruneOverAPI = Command(
        running: PruneCommand.self,
        name: "prune",
        summary: "Erases heads and bodies from before a day; facts and hashes stay.",
        options: PruneCommand.options,
        scope: .operate,
        example: "prune --before 2026-01-01"
    )
}

@Sendable private func runPrune(_ arguments: CommandArguments, _ console: Console) async -> ExitCode
{
    Signals.ignoreWriteSignals()
    do throws(CommandProblem) {
        let command = try PruneCommand.reading(arguments)
        try command.checkCompaction(arguments)
        guard !arguments.has(.url),
            let database = try DatabaseAtRest.lock(arguments, console)
        else {
            return await Command.pruneOverAPI.run(arguments, console)
        }
        defer { database.release() }
        return try await command.run(on: database, console, isJSON: arguments.has(.json))
    } catch {
        for line in error.lines { console.complain("\(programName) prune: \(line)") }
        return error.code
    }
}

/// `POST /admin/prune` of the running daemon; without one, the same on the database itself.
struct PruneCommand: APICommand {
    static let options = [before, transitions, compact, .dryRun, .set]
    private static let before = CommandOption(
        name: "--before",
        value: "DAY",
        summary: "The end of the erased period: a Jakarta day or an RFC 3339 time.",
        isRequired: true
    )
    private static let transitions = CommandOption(
        flag: "--transitions",
        summary: "Also removes transitions older than 400 days that every consumer has passed."
    )
    private static let compact = CommandOption(
        flag: "--compact",
        summary: "Returns space to the disk; stop the daemon first. Needs space for two copies."
    )

    private let order: PruneOrder
    private let body: JSONObjectText
    private let isCompacting: Bool

    /// The interval at which the progress is read.
    private static let pollInterval = Duration.milliseconds(250)

    init(_ arguments: CommandArguments) throws(UsageError) {
        let text = arguments.one(Self.before) ?? ""
        guard let time = JakartaTime.milliseconds(text), time <= SystemClock.realtimeMilliseconds()
        else {
            let expected = "\(JakartaTime.forms), not in the future"
            throw UsageError(text: "\(Self.before.usage): expected \(expected)")
        }
        isCompacting = arguments.has(Self.compact)
        if isCompacting, arguments.has(.dryRun) {
            throw UsageError(text: "\(Self.compact.name): expected without --dry-run")
        }
        order = PruneOrder(
            beforeMilliseconds: time,
            removesTransitions: arguments.has(Self.transitions),
            isDryRun: arguments.has(.dryRun)
        )
        var body = JSONObjectText()
        body.add("before", text)
        if order.removesTransitions { body.add("transitions", literal: "true") }
        if order.isDryRun { body.add("dryRun", literal: "true") }
        self.body = body
    }

    /// Refuses `--compact` for a database in PostgreSQL.
    fileprivate func checkCompaction(_ arguments: CommandArguments) throws(CommandProblem) {
        guard isCompacting else { return }
        _ = try RecoveryCommand.path(
            RecoveryCommand.settings(arguments).storage,
            instead: "use VACUUM FULL, or leave the space to autovacuum"
        )
    }

    // MARK: Through the daemon

    func run(_ session: APISession) async throws(CommandProblem) {
        if isCompacting {
            throw CommandProblem(
                .unavailable,
                "\(Self.compact.name): the daemon runs; stop it first"
            )
        }
        let response = try await follow(session)
        if session.isJSON {
            session.showJSON(response.bytes)
        } else {
            session.console.output(PruneText.result(response.root))
        }
        if let problem = PruneText.problem(response.root) { throw problem }
    }

    /// Sends the order to the daemon, and shows its progress until it has ended.
    private func follow(_ session: APISession) async throws(CommandProblem) -> JSONDocument {
        session.console.progress(PruneText.erasing)
        defer { session.console.progress("") }
        var response = try await session.api.post(["admin", "prune"], body)
        let before = response.root.text("before")
        while response.root.text("state") == PruneProgress.State.running.rawValue {
            session.console.progress(PruneText.progress(response.root))
            try? await Task.sleep(for: Self.pollInterval)
            let next = try await session.api.get(["admin", "prune"])
            // Another order has replaced this one; the last known progress is shown.
            guard next.root.text("before") == before else { break }
            response = next
        }
        return response
    }

    // MARK: On a database at rest

    /// Erases on a database that no daemon uses.
    fileprivate func run(
        on database: DatabaseLock,
        _ console: Console,
        isJSON: Bool
    ) async throws(CommandProblem) -> ExitCode {
        let response: JSONDocument
        do throws(StoreError) {
            response = try await erase(database, console)
        } catch {
            throw CommandProblem(.inputOutput, "\(database.path): \(error)")
        }
        if isJSON {
            console.output(String(decoding: response.bytes, as: UTF8.self) + "\n")
        } else {
            console.output(PruneText.result(response.root))
        }
        if let problem = PruneText.problem(response.root) {
            for line in problem.lines { console.complain(line) }
            return problem.code
        }
        if isCompacting { try compact(database.configuredPath, console) }
        return .success
    }

    /// Returns free space to the disk. The database is locked again, because closing the store has
    /// released the lock.
    private func compact(_ path: String, _ console: Console) throws(CommandProblem) {
        let database: DatabaseLock
        do throws(DatabaseLock.Refusal) {
            database = try DatabaseLock.acquire(path, whenAbsent: .refused)
        } catch {
            throw CommandProblem(error.exitCode, "\(error)")
        }
        defer { database.release() }
        console.progress("compacting the database")
        do throws(StoreError) {
            let size = try DatabaseCompaction.run(database.path)
            console.progress("")
            console.complain("The database has \(size.after) bytes; it had \(size.before).")
        } catch {
            console.progress("")
            throw CommandProblem(.inputOutput, "\(database.path): \(error)")
        }
    }

    /// Opens the database, carries out the order, and returns its final progress.
    private func erase(
        _ database: DatabaseLock,
        _ console: Console
    ) async throws(StoreError) -> JSONDocument {
        console.progress(PruneText.erasing)
        defer { console.progress("") }
        let now: @Sendable () -> Int64 = SystemClock.realtimeMilliseconds
        let store = try Store(
            database: database,
            policy: LedgerPolicy(),
            rejectedKept: 0,
            render: TransitionText.append,
            now: now
        )
        let retention = Retention(store: store, isShared: false, log: nil, now: now)
        let run = Task { [order] in
            // No other order can be running.
            _ = try? await retention.start(order)
            await retention.wait()
        }
        let shown = Task {
            while !Task.isCancelled {
                let document = PruneText.document(await retention.progress)
                console.progress(PruneText.progress(document.root))
                try? await Task.sleep(for: Self.pollInterval)
            }
        }
        await run.value
        shown.cancel()
        await shown.value
        await store.close()
        return PruneText.document(await retention.progress)
    }
}
