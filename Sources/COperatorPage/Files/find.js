// The view Find: what became of a payment that somebody asks about.

import {debounced, foreign, h, replace, sentence} from "./dom.js";
import {money, time} from "./format.js";
import {actionButton, callbackLink, fillWith, noticeArea, paymentLink, statusMark, timeMark} from "./parts.js";
import {t} from "./text.js";

const withinChoices = [[300, "± 5 min"], [1800, "± 30 min"], [7200, "± 2 h"], [86400, "± 24 h"]];

export function findView(main, {context, api, query, signal}) {
  const field = (name, properties) =>
    h("input", {name, value: query.get(name), autocomplete: "off", ...properties});
  const amount = field("amount", {inputmode: "decimal", placeholder: "25000"});
  const at = field("at", {placeholder: t("now, or 14:05")});
  const text = field("text", {placeholder: "TRX-1", spellcheck: "false", maxlength: 256});
  const within = h("select", {name: "withinSeconds"},
    withinChoices.map(
      ([seconds, name]) => h("option",
        {value: seconds, selected: String(seconds) === (query.get("withinSeconds") ?? "1800")},
        name)));
  const results = h("div", {id: "results", "aria-live": "polite"});
  let search = new AbortController();

  const run = async () => {
    search.abort();
    search = new AbortController();
    const asked = {
      amount: amount.value.trim(),
      at: at.value.trim(),
      withinSeconds: within.value,
      text: text.value.trim(),
    };
    if (!asked.amount && !asked.text) {
      replace(results, h("p", {class: "empty"}, t("Enter an amount, or a part of a reference.")));
      return;
    }
    const address = new URLSearchParams(Object.entries(asked).filter(([, value]) => value));
    history.replaceState(null, "", `#/find?${address}`);
    const {signal} = search;
    await fillWith(results, signal,
      async () =>
        drawResults(await api.get("/v1/find", {...asked, limit: 20}, signal), context, run));
  };
  signal.addEventListener("abort", () => search.abort());
  const later = debounced(300, () => {
    if (!signal.aborted) run();
  });

  replace(main,
    h("div", {class: "head"},
      h("div", {}, h("h1", {}, t("Find a payment")),
        h("p", {},
          t("“She paid 25,000 at 14:05.” Searches payments, callbacks (refused ones too) and gateway calls.")))),
    h("form", {
      class: "card",
      role: "search",
      on: {
        input: later,
        submit: (event) => {
          event.preventDefault();
          run();
        }
      }
    },
      h("div", {class: "fields"}, h("label", {}, t("Amount in rupiah"), amount),
        h("label", {}, t("Time in Jakarta"), at), h("label", {}, t("Within"), within),
        h("label", {}, t("Reference, RRN, issuer"), text),
        h("button", {class: "main", type: "submit"}, t("Find")))),
    results);
  run();
  amount.focus();
}

function drawResults(found, context, again) {
  const period = t("from {from} to {to}", {from: time(found.from), to: time(found.to)});
  if (found.results.length === 0) {
    return h("div", {class: "card"},
      h("p", {class: "empty"}, h("strong", {lang: "en"}, foreign(found.summary)), h("br"), period));
  }
  return h("div", {class: "stack"},
    h("p", {class: "soft small"}, period,
      found.more && [" · ", t("More fits: search a shorter time.")]),
    h("ol", {class: "list"},
      found.results.map((result, index) => drawResult(result, index, context, again))));
}

const kindNames = {
  payment: "Payment",
  callback: "Callback",
  call: "Gateway call"
};

function drawResult(result, index, context, again) {
  const reference = result.partnerReferenceNo;
  const notice = noticeArea();
  return h("li", {class: `card result ${index === 0 ? "first" : ""}`},
    h("div", {class: "row spread"},
      h("span", {class: "row"}, h("span", {class: "mark"}, t(kindNames[result.kind])),
        reference && paymentLink(reference),
        result.kind === "callback" && result.id && callbackLink(context, result.id),
        result.count > 1 &&
          h("span", {class: "soft small"}, t("{count} deliveries", {count: result.count}))),
      h("span", {class: "row"}, timeMark(result.at),
        h("strong", {class: "number"}, money(result.amount)))),
    h("p", {class: "sentence", lang: "en"}, sentence(result.sentence)),
    result.action && result.action !== "Nothing." &&
      h("p", {class: "soft", lang: "en"}, sentence(result.action)),
    h("div", {class: "row"},
      reference &&
        h("a", {class: "button", href: `#/payment/${encodeURIComponent(reference)}`},
          t("Open the payment")),
      !reference && result.kind === "callback" && result.id && context.may("journal") &&
        h("a", {class: "button", href: `#/callback/${result.id}`}, t("Open the callback")),
      reference && askButton(context, reference, notice, again)),
    notice);
}

/** A button that asks the gateway about a payment now; null without the scope. */
export function askButton(context, reference, notice, again) {
  if (!context.may("generate")) return null;
  return actionButton(t("Ask the gateway now"), notice, async () => {
    let answer;
    try {
      answer = await context.api.post("/admin/qr/query", {partnerReferenceNo: reference});
    } catch (problem) {
      if (problem.type !== "transaction-not-found") throw problem;
      replace(
        notice, h("div", {class: "notice warn"}, t("The gateway does not know this payment.")));
      return;
    }
    await again();
    context.refresh().catch(() => null);
    replace(notice,
      h("div", {class: "notice"}, gatewayAnswer(answer.gateway), " ",
        answer.transaction && statusMark(answer.transaction.status)));
  });
}

/** What the gateway has answered. */
export function gatewayAnswer({responseCode, latestTransactionStatus}) {
  return t("The gateway answered {code}; status {status}.", {
    code: responseCode ?? "–",
    status: latestTransactionStatus ?? "–",
  });
}
