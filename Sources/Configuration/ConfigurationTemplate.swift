import JSON5

/// The commented configuration that `init` writes; `deploy/config.json5` is its systemd variant.
///
/// It contains every key with its default. A required key without a default is empty, so that
/// `check-config` reports it. The files that it names are in its own directory.
package struct ConfigurationTemplate: Equatable, Sendable {
    /// The value of `notify.listen`.
    private let listen: String
    /// The value of `storage.database`.
    private let database: String

    /// All files are in the directory of the configuration, and the receiver opens its own sockets.
    ///
    /// - Parameter database: the path of the database.
    package static func besideFiles(database: String = "receiver.db") -> ConfigurationTemplate {
        ConfigurationTemplate(listen: "127.0.0.1:8080", database: database)
    }

    /// For the systemd units in `deploy/`: systemd owns the notify socket.
    ///
    /// - Parameter database: the path of the database; that of `StateDirectory=` by default.
    package static func systemd(
        database: String = stateDirectory + "/receiver.db"
    ) -> ConfigurationTemplate {
        ConfigurationTemplate(listen: "systemd:notify", database: database)
    }

    /// The directory of the database in the systemd unit (`StateDirectory=`).
    package static let stateDirectory = "/var/lib/cashin-receiver"

    /// The contents of the file.
    package var text: String {
        """
        // Configuration of cashin-receiver (JSON5: comments and trailing commas are allowed).
        // Every key is shown with its default. After a change run cashin-receiver check-config,
        // then send SIGHUP; listeners and database need a restart. Relative paths are relative to
        // this file; ${NAME} in a path is replaced by an environment variable.
        {

        """ + notify + internalAPI + cashIn + rest + "}\n"
    }

    private var notify: String {
        """
          // The listener for the gateway's callbacks, and the rules by which they are judged.
          notify: {
            // One address or an array: host:port, [v6]:port, unix:/path?mode=0660&group=www-data,
            // systemd:NAME (a passed socket). Port 0: any free port; the log names it.
            listen: \(JSON5Value.literal(listen)),
            // As registered with the gateway, such as https://pay.example.id/v1.0/debit/notify
            publicURL: "",
            // The paths or URLs that the gateway may sign; [] = publicURL and its path.
            signaturePaths: [],
            // The forms of the body that a signature may cover. "whitespaceFree" may be added for a
            // gateway that removes blanks inside strings, too: it is weaker.
            signatureBodies: ["raw", "minified"],
            // The allowed difference between X-TIMESTAMP and the receiver's clock; 0 = no check.
            timestampToleranceSeconds: 300,
            // Beyond that: "confirm" (kept, answered 2005600) or "reject" (kept, answered 4015600).
            // In both cases a query decides.
            staleTimestamp: "confirm",
            // Which successes wait for a query to the gateway: "never", "unproven" (payments that
            // the receiver has neither generated nor queried) or "always". Without privateKeyFile
            // and merchantId (receive-only) it must be "never".
            confirmWithQuery: "unproven",
            // An X-EXTERNAL-ID used again on the same day for another fact: "reject" (a query
            // decides), "flag" (judged as usual, and listed for review), or "auto" = "flag" when
            // receive-only, else "reject".
            externalIdConflict: "auto",
            // Callbacks for unknown transactions: "accept" or "reject".
            unknownTransactions: "accept",
            // An amount other than expected: "reject" or "flag" (applied, and listed for review).
            amountMismatch: "reject",
            // The member with the merchant's reference: "cash-in" (originalReferenceNo), "snap"
            // (originalPartnerReferenceNo) or "auto".
            referenceRoles: "auto",
            // Client addresses that may send callbacks, such as ["203.0.113.0/24"]; [] = all.
            allowedAddresses: [],
            // Proxies whose X-Forwarded-For is used. A peer on a Unix socket counts as a proxy.
            trustedProxies: ["127.0.0.0/8", "::1/128"],
          },


        """
    }

    private var internalAPI: String {
        """
          // The API for your own services. It is plain HTTP: use loopback or a Unix socket.
          internal: {
            listen: "127.0.0.1:8081",
            // true: allow other addresses. Tokens and payments can then be read on the network.
            allowPlaintext: false,
            // Each file contains one token of at least 32 characters. Scopes: "feed", "journal",
            // "generate", "operate", "metrics"; "admin" = all.
            tokens: [
              { name: "orders", file: "orders.token", scopes: ["feed", "generate"] },
              { name: "ops", file: "ops.token", scopes: ["admin"] },
            ],
            // limits: {}, as below, for this listener only
          },


        """
    }

    private var cashIn: String {
        """
          // Your identity towards the gateway, the keys, and the settings of gateway calls.
          cashIn: {
            // The sandbox. For production, the URL that Cash In gives you.
            baseURL: "https://sandbox-api.cashin.co.id/pg/fo",
            // Gateway calls sign this + "/api/v1.0/qr/..."; the path of baseURL is not signed.
            signaturePathPrefix: "",
            // From Cash In: CID...
            clientId: "",
            // From Cash In: MCH... (null = receive-only)
            merchantId: "",
            channelId: "95051",
            // The gateway's public keys, as PEM or bare base64; several during a key rotation.
            // []: every callback is refused and kept.
            publicKeyFiles: ["cashin-public.pem"],
            // Your private key; null = receive-only.
            privateKeyFile: "merchant-private.pem",
            // The trusted CA certificates (PEM); null = those of the system.
            caFile: null,
            // A proxy before the gateway, asked for a tunnel: http://[user:password@]host:port. TLS
            // to the gateway runs inside it. HTTPS_PROXY is not used. null = no proxy.
            proxyURL: null,
            // The client certificate, if the gateway asks for one, and its private key (PEM).
            clientCertificateFile: null,
            clientKeyFile: null,
            connectTimeoutSeconds: 5,
            requestTimeoutSeconds: 15,
            maxConcurrentRequests: 16,
            // The validity of a QR code if neither the request nor the gateway states one.
            defaultValiditySeconds: 900,
          },


        """
    }

    private var rest: String {
        """
          storage: {
            database: \(JSON5Value.literal(database)),
            // For a database in PostgreSQL ("postgresql://host1,host2/cashin?passfile=...") only:
            // whether one copy of each commit is enough, and the file of the refused callbacks of
            // this receiver (null = rejected.db beside this file).
            singleCopy: false,
            rejectedFile: null,
            // false: do not start without the database, so that a missing volume is noticed. Set it
            // after the first start.
            create: true,
            // The maximum number of refused callbacks kept for diagnosis.
            rejectedKept: 10000,
            // With fewer free bytes on the disk, nothing is generated and no refused callback is
            // kept: the rest is for authentic callbacks. An eighth of it (at most 64 MiB) is
            // reserved in a file, which is removed when the disk is almost full. 0 = no limit.
            minimumFreeBytes: 268435456,
            // The age in days at which heads and bodies of callbacks and gateway calls are erased;
            // hashes, signatures and facts stay. null = never.
            bodyDays: null,
          },

          // When the gateway is queried about payments without a callback.
          reconcile: {
            enabled: true,
            graceSeconds: 60,
            // After generate, while the QR code is valid.
            whileOpenSeconds: [60, 300],
            // An unpaid payment is cancelled this long after its validity; null = never.
            expireAfterSeconds: 3600,
            // After the validity and graceSeconds, or after an event that needs a query. Each
            // offset is varied by 10 %.
            scheduleSeconds: [0, 60, 300, 900, 3600, 21600, 86400],
            // Payments with a final status are queried again, for late payments and refunds.
            recheckCancelledSeconds: [3600, 86400],
            recheckSuccessSeconds: [],
          },

          // The limits of each listener; internal.limits overrides them for the internal one.
          limits: {
            bodyBytes: 65536,
            headerBytes: 16384,
            headerCount: 64,
            // If not set: 4096, or less if the limit of open files requires it.
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

          // Where open attention entries are posted, such as a chat or a push service:
          // { name: "ops", url: "https://...", headers: {}, body: null, kinds: [],
          //   afterSeconds: 60 }
          // kinds: [] = all; body: null = a JSON object, or a template with ${title}, ${detail},
          // ${kind}, ${reference}, ${url}. deploy/ALERTS.md has samples. Send a test message with
          // cashin-receiver alerts test.
          alerts: [],

        """
    }
}
