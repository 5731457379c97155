// One callback: its bytes, the response, why its signature verifies or not, and a replay.

import {replayButton} from "./decisions.js";
import {diagnosisView} from "./diagnosis.js";
import {block, foreign, h, replace} from "./dom.js";
import {money} from "./format.js";
import {facts, fillWith, noticeArea, outcomeMark, paymentLink, timeMark} from "./parts.js";
import {t} from "./text.js";

export function callbackView(main, {context, api, rest, signal}) {
  const id = rest[0] ?? "";
  const path = `/v1/callbacks/${encodeURIComponent(id)}`;
  const notice = noticeArea();
  const body = h("div", {class: "stack"});
  const load = () => fillWith(body, signal, async () => {
    const callback = await api.get(path, {}, signal);
    const diagnosis = h("section", {class: "card"}, h("h2", {}, t("Diagnosis")), "…");
    if (callback.erased === null) {
      fillWith(diagnosis, signal,
        async () => [h("h2", {}, t("Diagnosis")),
          diagnosisView(await api.get(`${path}/diagnosis`, {}, signal))]);
    }
    return [
      summary(callback),
      callback.erased === null ?
        diagnosis :
        h("div", {class: "notice"}, t("Head and body were erased; their hashes are kept.")),
      bytesCard(callback)
    ];
  });
  replace(main,
    h("div", {class: "head"}, h("h1", {}, t("Callback {id}", {id})),
      h("div", {class: "row"}, replayButton(context, [Number(id)], notice, load))),
    notice, body);
  load();
}

function summary(callback) {
  return h("section", {class: "card"}, facts([
    ["Outcome", outcomeMark(callback.outcome)],
    ["Payment", paymentLink(callback.partnerReferenceNo)],
    ["Received", timeMark(callback.receivedAt)],
    [
      "Response",
      h("span", {class: "mono"}, foreign(`${callback.responseCode} ${callback.responseMessage}`))
    ],
    [
      "Status in it",
      callback.latestTransactionStatus &&
        h("span", {class: "mono"}, foreign(callback.latestTransactionStatus))
    ],
    ["Amount", callback.amount && money(callback.amount)],
    ["Client", h("span", {class: "mono"}, foreign(callback.client))],
    [
      "Deliveries",
      callback.deliveries.count > 1 ?
        [callback.deliveries.count, ", ", t("last"), " ", timeMark(callback.deliveries.lastAt)] :
        callback.deliveries.count
    ],
    [
      "X-EXTERNAL-ID",
      callback.externalId && h("span", {class: "mono"}, foreign(callback.externalId))
    ],
    ["Change of the feed", callback.sequence],
  ]));
}

function bytesCard(callback) {
  if (callback.erased !== null) return null;
  const head = [
    callback.requestLine, ...(callback.headers ?? []).map(({name, value}) => `${name}: ${value}`)
  ].join("\n");
  return h("section", {class: "card"}, h("h2", {}, t("Bytes")), h("h3", {}, t("Head")),
    block(head, t("Head")),
    h("h3", {},
      callback.body === undefined || callback.body === null ? t("Body (base64: not UTF-8)") :
                                                              t("Body")),
    block(callback.body ?? callback.bodyBase64 ?? "", t("Body")));
}
