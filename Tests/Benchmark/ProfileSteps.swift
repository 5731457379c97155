/// The steps of a callback, by the functions that do them (article Trips).
///
/// A step costs what its function costs with all that it calls, less the steps inside it. The
/// functions are found by their demangled names, so a function that is renamed has to be renamed
/// here: ``Profile`` refuses a step that it does not find.
struct ProfileStep: Sendable {
    let name: String

    /// What the demangled name of the function contains.
    let function: String
    let inner: [ProfileStep]

    init(_ name: String, _ function: String, _ inner: [ProfileStep] = []) {
        self.name = name
        self.function = function
        self.inner = inner
    }

    /// The step and all inside it, the outer ones first.
    var all: [ProfileStep] { [self] + inner.flatMap(\.all) }

    /// The outermost steps.
    static let outermost = [
        ProfileStep(
            "Dispatch, thread switches",
            "_dispatch_worker_thread",
            [
                ProfileStep("event loop, epoll", "LoopExecutor.start(", [receiving, responding]),
                writing,
            ]
        )
    ]

    private static let writing =
        ProfileStep(
            "writer: group, publish",
            "Writer.receive(",
            [
                ProfileStep(
                    "BEGIN, COMMIT, fdatasync",
                    "SQLiteEngine.write<",
                    [
                        ProfileStep("view", "SQLiteEngine.load("),
                        ProfileStep("judge", "Ledger.receive("),
                        ProfileStep("rows", "SQLiteEngine.apply(_:_:)"),
                    ]
                ),
                ProfileStep("checkpoint", "SQLiteEngine.didCommit("),
            ]
        )

    private static let receiving = ProfileStep(
        "recv, connection",
        "ServerConnection.receive(on:)",
        [
            ProfileStep("request head", "Conversation.readHead("),
            ProfileStep("route, hand-over", "NotifyHandler.handle(_:reply:)", [examining]),
        ]
    )

    private static let examining = ProfileStep(
        "headers, delivery",
        "CallbackExamination.init(",
        [
            ProfileStep(
                "signed string, SHA-256",
                "SignatureChecker.match(signature:",
                [ProfileStep("RSA verify", "DigestRecoverer.digest(")]
            ),
            ProfileStep("body", "Notification.init("),
        ]
    )

    private static let responding = ProfileStep(
        "response, metrics",
        "closure #2 in NotifyHandler.handle(_:reply:)",
        [ProfileStep("log line", "Log.info("), ProfileStep("send", "Reply.sendOnLoop(")]
    )
}
