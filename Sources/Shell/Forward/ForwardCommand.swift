package import Commands
import Configuration
import Forwarding
import HTTPClient
import HTTPCore
import JSON5
import Logging
import ReceiverClient
import System

extension Command {
    package static let forward = Command(
        running: ForwardCommand.self,
        name: "forward",
        summary: "Posts each transition of the feed to a URL, signed, until it is accepted.",
        options: ForwardCommand.options,
        scope: .feed,
        example: "forward --to https://shop.example.id/ --secret-file f --consumer orders.shop"
    )
}

/// Forwards the feed to a service that can only be called (Standard Webhooks).
struct ForwardCommand: APICommand {
    static let showsJSON = false
    static let options = [to, secretFile, consumer, from, timeout]
    private static let to = CommandOption(
        name: "--to",
        value: "URL",
        summary: "Where to post: https, or http to this machine.",
        isRequired: true
    )
    private static let secretFile = CommandOption(
        name: "--secret-file",
        value: "FILE",
        summary: "The file with the secret that signs: whsec_ and base64.",
        isRequired: true
    )
    private static let consumer = CommandOption(
        name: "--consumer",
        value: "NAME",
        summary: "The consumer whose offset is used: the token's name, or NAME.SUFFIX.",
        isRequired: true
    )
    private static let from = CommandOption(
        name: "--from",
        value: "START",
        summary: "Where a new consumer begins: beginning, latest, a number, a day or a time."
    )
    private static let timeout = CommandOption(
        name: "--timeout",
        value: "SECONDS",
        summary: "The maximum duration of one attempt; default: 15."
    )

    private let url: HTTPURL
    private let secretPath: String
    private let name: String
    private let start: ConsumerOffset?
    private let timeoutSeconds: Int

    init(_ arguments: CommandArguments) throws(UsageError) {
        let text = arguments.one(Self.to) ?? ""
        do throws(MalformedURL) {
            url = try HTTPURL(text)
        } catch {
            throw UsageError(text: "--to: \(JSON5Value.literal(text)) \(error.text)")
        }
        guard url.isPrivate else {
            throw UsageError(
                text: "--to: \(JSON5Value.literal(text)) uses http to another machine, expected "
                    + "https (http is allowed to loopback only)"
            )
        }
        secretPath = arguments.one(Self.secretFile) ?? ""
        name = arguments.one(Self.consumer) ?? ""
        start = arguments.one(Self.from).map(ConsumerOffset.init)
        timeoutSeconds = Int(try arguments.wholeNumber(Self.timeout, in: 1...300) ?? 15)
    }

    func run(_ session: APISession) async throws(CommandProblem) {
        let log = Log(isForJournal: Log.isUnderJournal(ConfigurationContext.current().environment))
        defer { log.flush() }
        let sender = try makeSender()
        let forwarder = FeedForwarder(session: session, sender: sender, log: log)
        let result: Result<Void, CommandProblem>
        do throws(CommandProblem) {
            try await untilStopped(writesOutput: false) { () async throws(CommandProblem) in
                try await forwarder.run(as: name, from: start)
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await sender.close()
        try result.get()
    }

    private func makeSender() throws(CommandProblem) -> WebhookSender {
        let secret: WebhookSecret
        do throws(WebhookSecret.Problem) {
            secret = try WebhookSecret(file: secretPath)
        } catch {
            throw CommandProblem(.configuration, "--secret-file: \(error)")
        }
        do throws(HTTPClientError) {
            return try WebhookSender(
                to: url,
                secret: secret,
                timeoutSeconds: timeoutSeconds,
                userAgent: Version.userAgent,
                now: { SystemClock.realtimeMilliseconds() / 1_000 },
                pause: { try? await Task.sleep(for: $0) }
            )
        } catch {
            throw CommandProblem(.internalError, "\(error)")
        }
    }
}
