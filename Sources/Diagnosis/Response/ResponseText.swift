import Captures
import Payments
import Snap
import Text

/// Derives reason and remedy of a response from the results of a diagnosis.
struct ResponseText {
    let response: ReceivedResponse
    let callback: CapturedCallback
    let diagnosis: SignatureDiagnosis
    let settings: DiagnosisSettings

    /// The reason of the response, and what to do.
    typealias Explanation = (reason: String, remedy: String)

    var explanation: Explanation {
        guard response.code != nil else { return forecast }
        switch response.row {
        case 1: return request
        case 2: return load
        case 3, 4: return header
        case 5: return signature
        case 6: return clock
        case 7, 8, 9: return body
        case 10, 11, 12: return payment
        case 13: return success
        default:
            return (
                "The receiver could not store the callback.",
                "See the log and /readyz; the gateway has to send the callback again."
            )
        }
    }

    /// A saved callback that no known row refuses.
    private var forecast: Explanation {
        var reason =
            "Offline, rows 1, 3 to 5 and 7 to 9 of the checks pass, and row 2 for the client in "
            + "X-Forwarded-For, if any. Rows 10 to 12 (X-EXTERNAL-ID, unknown transaction, amount) "
            + "depend on stored payments and are not known here."
        if diagnosis.clock.differenceMilliseconds == nil {
            reason += " Row 6 depends on the time of receipt, which is not known (--received-at)."
        } else if diagnosis.clock.isWithinTolerance == false {
            reason += " " + staleness
        }
        return (reason, "If the receiver refused it, see the diagnosis of the stored callback.")
    }

    // MARK: Rows 1 and 2

    private var request: Explanation {
        let row = diagnosis.headers.problems.first { $0.row == 1 }
        switch response.code {
        case "4045600":
            let path = row.map { "The \($0.field) \($0.detail)." } ?? "The path is not served."
            return (path, PathRemedy(callback, diagnosis, settings).forServing.text)
        case "4055600":
            return (
                row.map { "The \($0.field) \($0.detail)." } ?? "The method is not POST.",
                "Find what changes the method, such as a redirect that turns POST into GET."
            )
        case "4135600":
            return (
                "The body has more bytes than limits.bodyBytes allows; it was not stored.",
                "Raise limits.bodyBytes (and the proxy's own limit) if the gateway sends such "
                    + "bodies, and let it send the callback again."
            )
        case "4145600", "4315600":
            return (
                "The request line or the headers are longer than limits.headerBytes or "
                    + "limits.headerCount allow.",
                "Raise the limit, or find the proxy that adds headers."
            )
        case "4085600":
            return (
                "The request did not arrive completely in time (limits.headerSeconds, "
                    + "limits.bodySeconds).",
                "Look for a slow or broken connection between the gateway and the receiver."
            )
        default:
            return (
                "The request is not HTTP that the receiver accepts.",
                "See the receiver's log, which names the fault, and the proxy in between."
            )
        }
    }

    private var load: Explanation {
        if response.code == "5035600" {
            return (
                "Too many requests were in flight (limits.requestsInFlight).",
                "Nothing, if it was a burst: the gateway sends the callback again. Else raise the "
                    + "limit."
            )
        }
        let client = response.client.map { "The client's address, \($0)," } ?? "The client"
        return (
            "\(client) is not in notify.allowedAddresses.",
            "If it is the gateway's, add it to notify.allowedAddresses; if it is a proxy's, add it "
                + "to notify.trustedProxies and let the proxy set X-Forwarded-For. Then replay."
        )
    }

    // MARK: Rows 3 to 6

    private var header: Explanation {
        let problem = diagnosis.headers.problems.first { $0.row == response.row }
        let name = problem?.field ?? "the header"
        return (
            problem.map { "\($0.field) \($0.detail)." } ?? "A header is missing or malformed.",
            "Ask the gateway to send \(name) once and well formed, and check that no proxy drops "
                + "or repeats it."
        )
    }

    private var signature: Explanation {
        let partner = diagnosis.headers.problems.first { $0.field == "X-PARTNER-ID" }
        if diagnosis.isVerified, let partner {
            return ("\(partner.field) \(partner.detail).", partnerRemedy)
        }
        if diagnosis.isVerified {
            return (
                "The signature did not verify with the configuration of that time.",
                "Replay the callback: with the current configuration it verifies."
            )
        }
        return (diagnosis.summary, diagnosis.remedyText)
    }

    /// What to do about an X-PARTNER-ID that is not the configured one.
    private var partnerRemedy: String {
        let id = callback.texts(of: "X-PARTNER-ID").first ?? ""
        let isConfigurable =
            (1...36).contains(id.utf8.count)
            && id.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
        if !isConfigurable { return "Ask the gateway whose callback this is." }
        return Remedy(
            set: [.init("cashIn.clientId", id)],
            condition: "If this is the merchant's id, ",
            alternative: "Else the callback is another merchant's."
        ).text
    }

    private var clock: Explanation {
        (
            staleness,
            "Correct the clock that is wrong (NTP). Late callbacks are kept, and a query decides; "
                + "staleTimestamp: \"confirm\" accepts them with 2005600."
        )
    }

    /// How far X-TIMESTAMP is off.
    private var staleness: String {
        guard let difference = diagnosis.clock.differenceMilliseconds else {
            return "X-TIMESTAMP is outside the tolerance."
        }
        let relation = difference > 0 ? "older than" : "ahead of"
        return "X-TIMESTAMP is \(abs(difference) / 1000) s \(relation) the time of receipt; "
            + "\(diagnosis.clock.toleranceSeconds) s are allowed (row 6)."
    }

    // MARK: Rows 7 to 13

    private var body: Explanation {
        guard let report = BodyReport(callback.body) else {
            return (
                "The body was refused when it was received.",
                "Replay the callback: the receiver accepts its body now."
            )
        }
        var reason = report.reason
        let coding = callback.texts(of: "Content-Encoding").first
        if response.code == "4155600", let coding {
            reason += " Content-Encoding says \(quoted(coding))."
        }
        return (
            reason,
            report.remedy + " The callback is kept and stands on the attention list; a query "
                + "decides about the payment."
        )
    }

    private var payment: Explanation {
        let wait = "A query decides; then the gateway's retry gets 2005600."
        switch response.row {
        case 10:
            return (
                "Its X-EXTERNAL-ID was used on the same day by a callback with another fact.",
                "\(wait) If the gateway uses one id for several facts, set "
                    + "notify.externalIdConflict: \"flag\"."
            )
        case 11:
            return (
                "No transaction has one of its references, and notify.unknownTransactions is "
                    + "\"reject\".",
                "\(wait) Set notify.unknownTransactions: \"accept\" to accept such payments."
            )
        default:
            return (
                "Its amount is not the expected one (notify.amountMismatch: \"reject\").",
                "Compare the amount with the order; accept the attention entry if the payment is "
                    + "right, or set notify.amountMismatch: \"flag\"."
            )
        }
    }

    private var success: Explanation {
        let nothing = "Nothing is left to do."
        switch response.outcome {
        case .applied, nil: return ("It was stored and applied to the payment.", nothing)
        case .duplicate, .replayed: return ("It was stored; its fact was known.", nothing)
        case .ignored:
            return ("It was stored; the payment's status leaves it without effect.", nothing)
        case .stale:
            return (
                "It was stored, but not applied: \(staleness)",
                "A query decides. Correct the clock that is wrong (NTP) if this is frequent."
            )
        case .awaitingQuery, .conflict, .invalid, .mismatch, .refused:
            return (
                "It was stored, but not applied: a query has to confirm it.",
                "Nothing, while outbound calls work; else see the attention list."
            )
        }
    }
}
