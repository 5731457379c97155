// The view Now: is all well, and what has today brought.

import {barChart} from "./charts.js";
import {foreign, h, replace} from "./dom.js";
import {ago, bytes, money, number, seconds, time} from "./format.js";
import {facts, icon, table, tile, timeMark} from "./parts.js";
import {healthReason, healthSentence, kindTitle, t} from "./text.js";

export function nowView(main, {context, signal}) {
  const draw = (overview) => replace(main, health(overview.health), tiles(overview),
    h("div", {class: "grid"},
      h("section", {class: "card w8"}, h("h2", {}, t("Today by hour")), hours(overview.today)),
      h("section", {class: "card w4"}, h("h2", {}, t("From payment to callback")),
        latency(overview.latency)),
      h("section", {class: "card w6"}, h("h2", {}, t("Gateway")), gateway(overview)),
      h("section", {class: "card w6"}, h("h2", {}, t("Consumers of the feed")),
        consumers(overview.consumers, overview.head)),
      h("section", {class: "card w6"}, h("h2", {}, t("Open entries")), entries(overview.attention)),
      h("section", {class: "card w6"}, h("h2", {}, t("This receiver")), service(overview))));
  draw(context.overview);
  context.onOverview(signal, draw);
}

const healthIcons = {
  ok: "good",
  attention: "warn",
  failing: "bad"
};

function health({status, sentence, reasons}) {
  return h("section", {class: `card health ${status}`, role: "status"},
    h("span", {class: "sign"}, icon(healthIcons[status] ?? "warn")),
    h("div", {}, h("h1", {}, healthSentence(status, reasons) ?? foreign(sentence)),
      (reasons.length > 1 || (reasons.length === 1 && reasons[0].text !== sentence)) &&
        h("ul", {},
          reasons.map((reason) => h("li", {}, healthReason(reason) ?? foreign(reason.text))))));
}

function tiles({today, attention}) {
  return h("dl", {class: "tiles"},
    tile("Paid today", money(today.paidAmount), t("{count} payments", {count: number(today.paid)})),
    tile("Callbacks", number(today.callbacks)), tile("Refused", number(today.refused)),
    tile("Not paid", number(today.expired)),
    tile("Open entries", number(attention.open),
      attention.oldestOpenedAt && t("oldest: {age}", {age: ago(attention.oldestOpenedAt)})));
}

function hours({hours}) {
  const names = hours.map(({hour}) => `${String(hour).padStart(2, "0")}:00`);
  return barChart("Today by hour", hours.map(({hour}) => (hour % 3 === 0 ? String(hour) : "")),
    [
      {name: "Paid", kind: "paid", values: hours.map((hour) => hour.paid)},
      {name: "Not paid", kind: "expired", values: hours.map((hour) => hour.expired)},
      {name: "Refused", kind: "refused", values: hours.map((hour) => hour.refused)},
    ],
    names);
}

function latency({count, medianSeconds, p95Seconds, maximumSeconds, buckets}) {
  if (count === 0) return h("p", {class: "empty"}, t("No payment today yet."));
  const labels = buckets.map(({upToSeconds}) => (upToSeconds === null ? ">" :
                                 upToSeconds < 60                     ? `${upToSeconds}s` :
                                                                        `${upToSeconds / 60}m`));
  const names =
    buckets.map(({upToSeconds}) => (upToSeconds === null ? t("longer") : `≤ ${upToSeconds} s`));
  return [
    facts([
      ["Half of them within", seconds(medianSeconds)],
      ["19 of 20 within", seconds(p95Seconds)],
      ["Longest", seconds(maximumSeconds)],
    ]),
    barChart("From payment to callback", labels,
      [
        {name: "Payments", kind: "plain", values: buckets.map((bucket) => bucket.count)},
      ],
      names),
  ];
}

const gatewayStates = {
  ok: ["good", "responds"],
  failing: ["bad", "does not respond as it should"],
  unknown: ["", "not called yet"],
  none: ["", "not configured"],
};

function gateway({gateway, gatewayHost}) {
  const [kind, text] = gatewayStates[gateway.state] ?? ["", gateway.state];
  return facts([
    ["State", h("span", {class: `mark ${kind}`}, t(text))],
    ["Host", gatewayHost && h("span", {class: "mono"}, foreign(gatewayHost))],
    ["Last callback", timeMark(gateway.lastCallbackAt)],
    ["Last response", timeMark(gateway.lastResponseAt)],
    [
      "Last failure",
      gateway.lastFailure &&
        [
          timeMark(gateway.lastFailure.at), ": ",
          h("span", {lang: "en"}, foreign(gateway.lastFailure.text))
        ]
    ],
    ["Status inquiries", number(gateway.openInquiries)],
  ]);
}

function consumers(list, head) {
  if (list.length === 0) {
    return h("p", {class: "empty"},
      t("No consumer has stored an offset. The feed is at {head}.", {head: number(head)}));
  }
  return table("Consumers of the feed", ["Name", ">Offset", ">Behind", "Moved"],
    list.map(
      (consumer) => [h("span", {class: "mono"}, foreign(consumer.name)),
        number(consumer.position),
        consumer.lag === null ?
          h("span", {class: "mark bad"}, t("other feed")) :
          h("span", {class: consumer.lag > 0 ? "mark warn" : "mark good"}, number(consumer.lag)),
        timeMark(consumer.updatedAt),
  ]));
}

function entries({open, kinds}) {
  if (open === 0) return h("p", {class: "empty"}, t("Nothing needs a decision."));
  return table("Open entries", ["Kind", ">Open"],
    kinds.map(({kind,
      count}) => [h("a", {href: `#/attention?kind=${encodeURIComponent(kind)}`}, kindTitle(kind)),
                number(count),
  ]));
}

const checkNames = {
  database: "Database",
  keys: "Keys",
  draining: "In service"
};

function service({checks, disk, version, startedAt, feed, at}) {
  const used =
    disk.freeBytes === null ? null : Math.min(1, disk.minimumBytes / Math.max(1, disk.freeBytes));
  const bar = h("i");
  if (used !== null) bar.style.width = `${Math.max(2, Math.round(used * 100))}%`;
  return facts([
    ...checks.map(({name, status}) => [checkNames[name] ?? name,
                    h("span", {class: `mark ${status === "ok" ? "good" : "bad"}`},
                      status === "ok" ? t("in order") : t("not in order"))]),
    ["Database size", bytes(disk.databaseBytes)],
    [
      "Free disk space",
      disk.freeBytes === null ? "–" :
                                [
                                  bytes(disk.freeBytes), " ",
                                  h("span", {class: "soft"},
                                    t("(at least {bytes} needed)",
                                      {bytes: bytes(disk.minimumBytes)})),
                                  h("div", {
                                    class: `meter ${disk.isLow ? "bad" : ""}`,
                                    role: "img",
                                    "aria-label": t("{percent} % of the free space must stay free",
                                      {percent: Math.round(used * 100)})
                                  },
                                    bar)
                                ]
    ],
    ["Version", version],
    ["Started", time(startedAt)],
    ["Feed", h("span", {class: "mono small"}, foreign(feed))],
    ["As of", time(at)],
  ]);
}
