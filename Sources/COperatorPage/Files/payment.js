// One payment: its status, code, history, callbacks and calls, and what can be done.

import {entryCard} from "./attention.js";
import {acceptDialog} from "./decisions.js";
import {block, download, foreign, h, replace} from "./dom.js";
import {askButton} from "./find.js";
import {money, time} from "./format.js";
import {actionButton, callbackLink, facts, fillWith, noticeArea, outcomeMark, statusMark, timeMark, transitionText} from "./parts.js";
import {t} from "./text.js";

export function paymentView(main, {context, api, rest, signal}) {
  const reference = rest[0] ?? "";
  const path = `/v1/transactions/${encodeURIComponent(reference)}`;
  const notice = noticeArea();
  const body = h("div", {class: "stack"});
  const load = () => fillWith(body, signal, async () => {
    const [payment, dossier, consumers, attention] = await Promise.all([
      api.get(path, {}, signal),
      context.may("journal") ? api.get(`${path}/dossier`, {}, signal) : null,
      api.all("/v1/consumers", "consumers", {}, signal),
      context.may("journal") ? null : api.all("/v1/attention", "attention", {}, signal),
    ]);
    const entries = dossier?.attention ??
      attention.items.filter((entry) => entry.partnerReferenceNo === reference);
    return draw(
      {payment, dossier, consumers: consumers.items, entries, context, load, signal, path});
  });
  replace(main,
    h("div", {class: "head"},
      h("div", {}, h("p", {class: "small"}, t("Payment")),
        h("h1", {class: "mono"}, foreign(reference))),
      h("div", {class: "row"}, askButton(context, reference, notice, load),
        context.may("journal") && dossierButton(api, path, reference, notice),
        context.may("operate") &&
          h("button", {type: "button", on: {click: () => acceptDialog(context, {reference}, load)}},
            t("Set the status")))),
    notice, body);
  load();
}

function dossierButton(api, path, reference, notice) {
  return actionButton(t("Download all evidence"), notice, async () => {
    const response = await api.send(`${path}/dossier`);
    download(await response.blob(), `dossier-${reference.replace(/[^A-Za-z0-9._-]/g, "_")}.json`);
  });
}

function draw({payment, dossier, consumers, entries, context, load, signal, path}) {
  const open = entries.filter((entry) => entry.resolvedAt === null);
  return [
    h("div", {class: "grid"},
      h("section", {class: "card w8"},
        h("div", {class: "row spread"},
          h("span", {class: "row"}, statusMark(payment.status),
            payment.expired && h("span", {class: "mark warn"}, t("code expired")),
            open.length > 0 && h("span", {class: "mark bad"}, t("needs a decision"))),
          h("strong", {class: "number"}, money(payment.paidAmount ?? payment.amount))),
        details(payment)),
      h("section", {class: "card w4"}, h("h2", {}, t("QR code")),
        picture(payment, context, path, signal))),
    entries.length > 0 &&
      h("section", {class: "stack"}, h("h2", {}, t("Entries about this payment")),
        h("ul", {class: "list"}, entries.map((entry) => entryCard(entry, context, load)))),
    h("section", {class: "card"}, h("h2", {}, t("What happened")),
      h("ol", {class: "timeline"}, history(payment, dossier, consumers, context).map(drawEvent))),
  ];
}

const origins = {
  generate: "generated here",
  notify: "first heard of in a callback",
  query: "first heard of in a query"
};

function details(payment) {
  const {checks} = payment;
  const differs =
    payment.paidAmount && payment.amount && payment.paidAmount.value !== payment.amount.value;
  return facts([
    ["Amount", h("span", {class: "number"}, money(payment.amount))],
    [
      "Paid amount",
      differs ? h("span", {class: "mark warn number"}, money(payment.paidAmount)) :
                payment.paidAmount && h("span", {class: "number"}, money(payment.paidAmount))
    ],
    ["Refunded amount", payment.refundedAmount && money(payment.refundedAmount)],
    [
      "Gateway's reference",
      payment.referenceNo && h("span", {class: "mono"}, foreign(payment.referenceNo))
    ],
    ["Status at the gateway", payment.latestTransactionStatus],
    ["Paid at", payment.paidAt && timeMark(payment.paidAt)],
    ["Valid until", payment.validityPeriod && timeMark(payment.validityPeriod)],
    ["Origin", t(origins[payment.origin] ?? payment.origin)],
    [
      "Last query",
      checks.lastQuery &&
        [
          timeMark(checks.lastQuery.at), " ",
          h("span", {class: "mono"},
            foreign(`${checks.lastQuery.responseCode ?? "–"} ${
              checks.lastQuery.latestTransactionStatus ?? ""}`))
        ]
    ],
    ["Next query", checks.nextQueryAt && timeMark(checks.nextQueryAt)],
    ["Last error", payment.lastError && h("span", {lang: "en"}, foreign(payment.lastError))],
    [
      "Warnings",
      payment.warnings.length > 0 ?
        h("ul", {lang: "en"}, payment.warnings.map((text) => h("li", {}, foreign(text)))) :
        null
    ],
  ]);
}

/** The code as a picture: an image, because text from the gateway never becomes markup. */
function picture(payment, context, path, signal) {
  if (!payment.qrContent) return h("p", {class: "empty"}, t("This payment has no code here."));
  return [
    qrImage(context.api, path, signal),
    payment.final && h("p", {class: "small soft"}, t("This code must not be paid any more.")),
    h("details", {}, h("summary", {}, t("Content of the code")),
      block(payment.qrContent, t("Content of the code")))
  ];
}

/** The picture of a payment's code; says what is missing where it cannot be drawn. */
export function qrImage(api, path, signal) {
  const place = h("div");
  fillWith(place, signal, async () => {
    const response = await api.send(`${path}/qr.svg`, {signal});
    const url = URL.createObjectURL(await response.blob());
    signal.addEventListener("abort", () => URL.revokeObjectURL(url));
    return h(
      "img", {class: "qr", src: url, alt: t("QR code of the payment"), width: 240, height: 240});
  });
  return place;
}

/** All that is known, in the order in which it happened. */
function history(payment, dossier, consumers, context) {
  const events = [];
  const add = (at, kind, title, ...more) => events.push({at, kind, title, more});
  add(payment.createdAt, "", t("The receiver heard of this payment"),
    t(origins[payment.origin] ?? payment.origin));
  for (const call of dossier?.exchanges ?? []) {
    const title = call.service === "generate" ? t("Code asked of the gateway") : t("Gateway asked");
    add(call.startedAt, "info", title, callText(call), callBytes(call));
  }
  for (const callback of dossier?.callbacks ?? []) {
    add(callback.receivedAt,
      callback.outcome === "refused" || callback.outcome === "invalid" ? "bad" : "info",
      [t("Callback"), " ", callbackLink(context, callback.id), " ", outcomeMark(callback.outcome)],
      callbackText(callback),
      h("details", {}, h("summary", {}, t("Bytes")),
        block(callback.requestHead ?? callback.requestLine, t("Head")),
        block(callback.body ?? callback.bodyBase64 ?? "", t("Body"))));
  }
  for (const transition of payment.transitions) {
    const isPaid = transition.to === "success";
    add(transition.recordedAt, isPaid ? "good" : "", transitionText(transition),
      transitionSource(transition, context), readers(transition.sequence, consumers));
  }
  return events.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}

function callText({responseStatus, error, startedAt, finishedAt}) {
  const text = responseStatus === null || responseStatus === undefined ? t("no response") :
                                                                         `HTTP ${responseStatus}`;
  const took =
    finishedAt ? ` · ${Math.max(0, Date.parse(finishedAt) - Date.parse(startedAt))} ms` : "";
  return [text, took, error && [": ", h("span", {lang: "en"}, foreign(error))]];
}

function callBytes(call) {
  const parts = [
    ["Request", [call.requestHead, call.requestBody]],
    ["Response", [call.responseHead, call.responseBody]]
  ];
  return h("details", {}, h("summary", {}, t("Bytes")), parts.map(([name,
    texts]) => [h("h3", {}, t(name)), block(texts.filter(Boolean).join("\n"), t(name))]));
}

function callbackText(callback) {
  const verified = callback.match ?
    t("signature verified with key {key}", {key: callback.match.keyFingerprint.slice(0, 12)}) :
    t("signature not verified");
  return [
    h("span", {class: "mono"}, foreign(`${callback.responseCode} ${callback.responseMessage}`)),
    " · ", verified, " · ", t("from {client}", {client: callback.client}),
    callback.deliveries.count > 1 &&
      [" · ", t("{count} deliveries", {count: callback.deliveries.count})]
  ];
}

const sources = {
  notify: "by a callback",
  query: "by the gateway's answer to a query",
  generate: "by the call that generated the code",
  operator: "by an operator",
  expiry: "because nobody paid in time",
};

function transitionSource(transition, context) {
  return [
    t("Change {sequence} of the feed", {sequence: transition.sequence}), " ",
    t(sources[transition.source] ?? transition.source),
    transition.callbackId && [" (", callbackLink(context, transition.callbackId), ")"],
    transition.operator && [" ", h("strong", {}, foreign(transition.operator))],
    transition.note && [": ", foreign(transition.note)]
  ];
}

/** Which consumers have read a change; the receiver knows their offsets only, not when. */
function readers(sequence, consumers) {
  if (consumers.length === 0) return null;
  const names = (list) => list.map(({name}) => name).join(", ");
  const [read, unread] = [
    consumers.filter((c) => c.position >= sequence), consumers.filter((c) => c.position < sequence)
  ];
  return [
    read.length > 0 && [t("read by"), " ", foreign(names(read))],
    read.length > 0 && unread.length > 0 && " · ",
    unread.length > 0 && [t("not read yet by"), " ", foreign(names(unread))]
  ];
}

function drawEvent({at, kind, title, more}) {
  return h("li", {class: kind},
    h("div", {class: "stack tight"},
      h("div", {class: "row"}, h("time", {datetime: at}, time(at)), h("strong", {}, title)),
      more.filter(Boolean).map((part) => h("div", {class: "small"}, part))));
}
