// The view Day: sums, files for the bookkeeping, and the gateway's report against ours.

import {compareCard} from "./compare.js";
import {download, h, replace} from "./dom.js";
import {date, day, money, number} from "./format.js";
import {actionButton, fillWith, noticeArea, statusMark, table} from "./parts.js";
import {t} from "./text.js";

const times =
  [["paid", "time of payment"], ["created", "time of creation"], ["updated", "last change"]];

export function dayView(main, view) {
  const {context, api, query, signal} = view;
  const from = h("input", {type: "date", value: query.get("from") ?? day()});
  const to = h("input", {type: "date", value: query.get("to") ?? day()});
  const by = h("select", {}, times.map(([value,
    text]) => h("option", {value, selected: value === query.get("by")}, t(text))));
  const sums = h("div");
  const notice = noticeArea();

  /** The period for the API, whose end is not included. */
  const period = () =>
    ({from: from.value, to: from.value && to.value ? dayAfter(to.value) : undefined});
  const load = () => {
    if (!from.value || !to.value) return;
    history.replaceState(null, "", `#/day?from=${from.value}&to=${to.value}&by=${by.value}`);
    fillWith(sums, signal,
      async () => drawSummary(await api.get("/v1/summary", {...period(), by: by.value}, signal)));
  };
  for (const field of [from, to, by]) field.addEventListener("change", load);
  const choose = (first, last) => () => {
    from.value = first();
    to.value = last();
    load();
  };
  const exported = (what) => actionButton(
    t(what === "payments" ? "Payments as CSV" : "Changes as CSV"), notice, async () => {
      const response = await api.send("/v1/export",
        {query: {what, ...period(), by: what === "payments" ? by.value : undefined}, signal});
      download(await response.blob(), `${what}-${from.value}-${to.value}.csv`);
    });

  replace(main,
    h("div", {class: "head"},
      h("div", {}, h("h1", {}, t("Close the day")),
        h("p", {}, t("Days and times are those of Jakarta.")))),
    h("section", {class: "card"},
      h("div", {class: "fields"}, h("label", {}, t("From"), from),
        h("label", {}, t("To (included)"), to), h("label", {}, t("By"), by)),
      h("div", {class: "row"},
        h("button", {type: "button", on: {click: choose(() => day(), () => day())}}, t("Today")),
        h("button", {type: "button", on: {click: choose(() => day(1), () => day(1))}},
          t("Yesterday")),
        h("button",
          {type: "button", on: {click: choose(() => `${day().slice(0, 8)}01`, () => day())}},
          t("This month")),
        context.may("journal") && [exported("payments"), exported("transitions")]),
      notice),
    h("section", {class: "card"}, h("h2", {}, t("Sums")), sums),
    context.may("journal") && compareCard(view, period));
  load();
}

function dayAfter(text) {
  return new Date(Date.parse(`${text}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

function drawSummary({days, totals}) {
  if (totals.length === 0) return h("p", {class: "empty"}, t("No payment in this period."));
  const row = (first, {status, count, amount, feeAmount, refundedAmount}) => [first,
    statusMark(status), number(count), money(amount), money(feeAmount), money(refundedAmount)];
  const columns = ["Day", "Status", ">Payments", ">Amount", ">Fee", ">Refunded"];
  return h("div", {class: "stack"},
    table("Totals", columns, totals.map((total) => row(t("Total"), total))),
    days.length > totals.length &&
      h("details", {open: days.length <= 40}, h("summary", {}, t("By day")),
        table(
          "By day", columns, days.map((entry) => row(entry.day ? date(entry.day) : "–", entry)))));
}
