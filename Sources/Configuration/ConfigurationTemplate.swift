/// The commented configuration that `init` writes and that is deployed as a sample.
///
/// Every key with its default; what has none is empty, so that `check-config` asks for it.
package struct ConfigurationTemplate: Sendable {
    /// Stands before the names of the files with secrets.
    let credentials: String
    /// Stands before the database's name.
    let state: String

    /// Everything in the configuration's own directory.
    package static let besideFiles = ConfigurationTemplate(credentials: "", state: "")

    /// What a systemd unit passes with `LoadCredential=` and `StateDirectory=`.
    package static let systemd = ConfigurationTemplate(
        credentials: "${CREDENTIALS_DIRECTORY}/",
        state: "${STATE_DIRECTORY}/"
    )

    /// The whole file.
    package var text: String {
        """
        // Configuration of cashin-receiver (JSON5: comments and trailing commas are allowed).
        // Every key stands here with its default. After a change: cashin-receiver check-config,
        // then SIGHUP; listeners and database need a restart. Relative paths are relative to this
        // file, and ${NAME} in a path takes an environment variable.
        {

        """ + notify + internalAPI + cashIn + rest + "}\n"
    }

    private var notify: String {
        """
          // Where the gateway's callbacks arrive, and how they are judged.
          notify: {
            // One address or an array: host:port, [v6]:port, unix:/path?mode=0660&group=www-data,
            // systemd:NAME (a passed socket). Port 0: any free one, which the log then names.
            listen: "127.0.0.1:8080",
            // As registered with the gateway, for instance https://pay.example.id/v1.0/debit/notify
            publicURL: "",
            // What the gateway signs as the path; [] = publicURL and its path.
            signaturePaths: [],
            // Which forms of the body a signature may cover.
            signatureBodies: ["raw", "minified"],
            // How far X-TIMESTAMP may be from our clock; 0 = no check.
            timestampToleranceSeconds: 300,
            // Beyond that: "confirm" (kept, answered as received, a query decides) or "reject".
            staleTimestamp: "confirm",
            // Which successes wait for the gateway's answer to our own query: "never", "unproven"
            // (those whose references we did not learn from the gateway ourselves), "always".
            // Receiving only, without merchant key and id, needs "never".
            confirmWithQuery: "unproven",
            // The same X-EXTERNAL-ID with another fact: "reject" (a query decides), "flag" (judged,
            // and attention), "auto" = reject, but flag when receive-only.
            externalIdConflict: "auto",
            // Transactions never heard of: "accept" or "reject".
            unknownTransactions: "accept",
            // Another amount than expected: "reject" or "flag" (accepted, and attention).
            amountMismatch: "reject",
            // Which reference is ours: "auto", "cash-in" (originalReferenceNo) or "snap"
            // (originalPartnerReferenceNo).
            referenceRoles: "auto",
            // Whose callbacks are taken, as ["203.0.113.0/24"]; [] = everyone's.
            allowedAddresses: [],
            // Whose X-Forwarded-For is believed. A peer on a Unix socket counts as one of them.
            trustedProxies: ["127.0.0.0/8", "::1/128"],
          },


        """
    }

    private var internalAPI: String {
        """
          // The API for your own services: plain HTTP, so on loopback or a Unix socket.
          internal: {
            listen: "127.0.0.1:8081",
            // true: other addresses too. Anyone on the way can then read tokens and payments.
            allowPlaintext: false,
            // A file holds one token of at least 32 characters. Scopes: "feed", "journal",
            // "generate", "operate", "metrics"; "admin" = all.
            tokens: [
              { name: "orders", file: "\(credentials)orders.token", scopes: ["feed", "generate"] },
              { name: "ops", file: "\(credentials)ops.token", scopes: ["admin"] },
            ],
            // limits: {}, as below, for this listener alone
          },


        """
    }

    private var cashIn: String {
        """
          // Who you are to the gateway, its keys, and how it is called.
          cashIn: {
            // The sandbox; for production the URL that Cash In gives you.
            baseURL: "https://sandbox-api.cashin.co.id/pg/fo",
            // Outbound calls sign this + "/api/v1.0/qr/..."; the path of baseURL is not signed.
            signaturePathPrefix: "",
            // From Cash In: CID...
            clientId: "",
            // From Cash In: MCH... (null = receive only)
            merchantId: "",
            channelId: "95051",
            // The gateway's keys, several while they are exchanged. PEM, or bare base64.
            // []: every callback is refused and kept.
            publicKeyFiles: ["cashin-public.pem"],
            // Your own key; null = receive only.
            privateKeyFile: "\(credentials)merchant-private.pem",
            // Certificates to trust instead of the system's; null = the system's.
            caFile: null,
            connectTimeoutSeconds: 5,
            requestTimeoutSeconds: 15,
            maxConcurrentRequests: 16,
            // How long a QR is taken to be valid where the gateway does not say.
            defaultValiditySeconds: 900,
          },


        """
    }

    private var rest: String {
        """
          storage: {
            database: "\(state)receiver.db",
            // false: refuse to start without the database, so that a volume that is not mounted is
            // noticed. Set it after the first start.
            create: true,
            // How many refused callbacks are kept for diagnosis.
            rejectedKept: 10000,
            // Below so many free bytes of the disk nothing is generated and no refused callback is
            // kept, so that callbacks have room; a reserve of an eighth of it is theirs at the end.
            // 0 = no bound.
            minimumFreeBytes: 268435456,
            // Heads and bodies of callbacks and calls older than so many days are erased; their
            // hashes, signatures and facts stay. null = kept.
            bodyDays: null,
          },

          // When the gateway is queried about payments.
          reconcile: {
            enabled: true,
            graceSeconds: 60,
            // After generate, while the QR is valid.
            whileOpenSeconds: [60, 300],
            // After the validity, an unpaid code is closed; null = never.
            expireAfterSeconds: 3600,
            // After that, or after what needs an answer; every offset is varied by 10 %.
            scheduleSeconds: [0, 60, 300, 900, 3600, 21600, 86400],
            // Payments with a final status are asked about again: late money, refunds.
            recheckCancelledSeconds: [3600, 86400],
            recheckSuccessSeconds: [],
          },

          // Per listener; internal.limits overrides.
          limits: {
            bodyBytes: 65536,
            headerBytes: 16384,
            headerCount: 64,
            // Not set, it is 4096, or less where the limit of open files asks for it.
            // connections: 4096,
            headerSeconds: 10,
            bodySeconds: 10,
            idleSeconds: 75,
            requestsInFlight: 4096,
          },

          log: {
            // "debug", "info", "warning" or "error"
            level: "info",
            // "text" or "json"
            format: "text",
          },

        """
    }
}
