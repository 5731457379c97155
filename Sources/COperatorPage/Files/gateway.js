// The view Gateway: what it really sends, the self-test, and the diagnosis of a pasted request.

import {diagnosisView} from "./diagnosis.js";
import {foreign, h, replace} from "./dom.js";
import {day, number} from "./format.js";
import {actionButton, facts, fillWith, noticeArea, table, timeMark} from "./parts.js";
import {t} from "./text.js";

export function gatewayView(main, view) {
  replace(main,
    h("div", {class: "head"},
      h("div", {}, h("h1", {}, t("Gateway")),
        h("p", {}, t("What Cash In really sends, and whether the way there and back works.")))),
    h("div", {class: "grid"}, view.context.may("operate") && selfTest(view), diagnose(view)),
    report(view));
}

const testOutcomes = {
  passed: "good",
  failed: "bad",
  skipped: ""
};

function selfTest({api, context}) {
  const results = noticeArea();
  const run = actionButton(t("Run the self-test"), results, async () => {
    const {passed, checks} = await api.post("/admin/self-test", undefined);
    replace(results,
      h("div", {class: "stack"},
        h("p", {},
          h("span", {class: `mark ${passed ? "good" : "bad"}`},
            passed ? t("passed") : t("not passed"))),
        h("ul", {class: "list"},
          checks.map(({name, outcome, detail, remedy}) => h("li", {lang: "en"},
                       h("span", {class: `mark ${testOutcomes[outcome] ?? ""}`}, name), " ",
                       foreign(detail), remedy && h("p", {class: "soft"}, foreign(remedy)))))));
    context.refresh().catch(() => null);
  });
  return h("section", {class: "card w6"}, h("h2", {}, t("Self-test")),
    h("p", {class: "soft"},
      t("Asks the gateway about a made-up payment, and calls our own public address. Changes nothing.")),
    run, results);
}

function diagnose({api}) {
  const text = h("textarea", {
    class: "mono",
    rows: 6,
    spellcheck: "false",
    "aria-label": t("Request"),
    placeholder: "POST /v1.0/debit/notify HTTP/1.1\nX-TIMESTAMP: …"
  });
  const results = noticeArea();
  const run = actionButton(t("Diagnose"), results, async () => {
    const response =
      await api.send("/v1/diagnose", {method: "POST", body: text.value, type: "text/plain"});
    replace(results, diagnosisView(await response.json()));
  });
  return h("section", {class: "card w6"}, h("h2", {}, t("Diagnose a request")),
    h("p", {class: "soft"},
      t("Paste a callback: the raw request, a curl command, or an entry of a HAR file. It is not stored.")),
    text, run, results);
}

/** The tallies of callbacks: member of the report, title, and the columns of its values. */
const callbackTallies = [
  ["answers", "Our responses", [["Code", "value"]]],
  ["signatures", "What is signed", [["Form", "form"], ["Path", "path"], ["Body", "body"]]],
  ["keys", "Keys that verified", [["Fingerprint", "value"]]],
  ["statuses", "Statuses", [["Type", "type"], ["Value", "value"]]],
  ["amounts", "Amounts", [["Type", "type"], ["Decimals", "decimals"], ["Exponent", "exponent"]]],
  ["times", "Times", [["Member", "name"], ["Form", "form"], ["Offset", "offset"]]],
  [
    "members", "Members of the body",
    [["Member", "path"], ["Type", "type"], ["Documented", "documented"]]
  ],
  ["headers", "Header fields", [["Name", "value"]]],
  ["clients", "Client addresses", [["Address", "value"]]],
  ["userAgents", "User-Agent", [["Value", "value"]]],
];

const callTallies = [
  ["responseCodes", "Response codes", [["Code", "value"]]],
  ["httpStatuses", "HTTP statuses", [["Status", "value"]]],
  ["statuses", "Statuses", [["Type", "type"], ["Value", "value"]]],
];

function report({api, signal}) {
  const from = h("input", {type: "date", value: day(6)});
  const body = h("div", {class: "stack"});
  const load = () => fillWith(body, signal, async () => {
    const {callbacks, outbound} = await api.get("/v1/gateway-report", {from: from.value}, signal);
    return [
      summary(callbacks),
      tallies(callbacks, callbackTallies),
      outbound.services.filter((service) => service.calls > 0)
        .map(
          (service) => [h("h2", {},
                          service.service === "generate" ? t("Calls that generate a code") :
                                                           t("Queries")),
            facts([
              ["Calls", number(service.calls)], ["Without a response", number(service.unanswered)],
              ["Milliseconds, median", service.responseMilliseconds?.median ?? null]
            ]),
            tallies(service, callTallies)]),
    ];
  });
  from.addEventListener("change", load);
  load();
  return h("section", {class: "card"},
    h("div", {class: "row spread"}, h("h2", {}, t("What the gateway sends")),
      h("label", {}, t("From"), from)),
    body);
}

function summary(callbacks) {
  return facts([
    ["Callbacks", number(callbacks.count) + (callbacks.truncated ? ` (${t("the newest")})` : "")],
    ["Bodies that cannot be read", callbacks.unreadableBodies],
    [
      "Clock difference, median",
      callbacks.clockDifferenceMilliseconds && `${callbacks.clockDifferenceMilliseconds.median} ms`
    ],
  ]);
}

function tallies(part, sections) {
  return sections.map(([member, title, columns]) => {
    const values = part[member]?.values ?? [];
    if (values.length === 0) return null;
    return h("details", {open: member === "answers" || member === "responseCodes"},
      h("summary", {}, `${t(title)} (${values.length})`),
      table(title, [">Count", ...columns.map(([name]) => name), "First", "Last"],
        values.map((row) => [number(row.count),
                     ...columns.map(
                       ([, name]) => h("span", {class: "mono small"}, foreign(row[name] ?? "–"))),
                     timeMark(row.firstAt),
                     timeMark(row.lastAt),
    ])));
  });
}
