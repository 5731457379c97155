// The view Attention: entries that need a decision, with their evidence and actions.

import {acceptDialog, replayButton, resolveManyDialog} from "./decisions.js";
import {foreign, h, replace} from "./dom.js";
import {askButton} from "./find.js";
import {callbackLink, fillWith, noticeArea, paymentLink, timeMark} from "./parts.js";
import {kindMeaning, kindTitle, t} from "./text.js";

const states = [["open", "Open"], ["resolved", "Resolved"], ["all", "All"]];

export function attentionView(main, {context, api, query, signal}) {
  const state = h("select", {name: "state"}, states.map(([value,
    text]) => h("option", {value, selected: value === (query.get("state") ?? "open")}, t(text))));
  const kind = h("select", {name: "kind"}, h("option", {value: ""}, t("All kinds")));
  const list = h("div", {class: "stack"});
  const many = h("span");
  let wanted = query.get("kind") ?? "";

  const load = () => fillWith(list, signal, async () => {
    const {items, more} = await api.all("/v1/attention", "attention", {state: state.value}, signal);
    const kinds = [...new Set(items.map((entry) => entry.kind))].sort();
    replace(kind, h("option", {value: ""}, t("All kinds")),
      kinds.map((name) => h("option", {value: name, selected: name === wanted}, kindTitle(name))));
    const shown = items.filter((entry) => !kind.value || entry.kind === kind.value).reverse();
    const isMany =
      kind.value && state.value === "open" && shown.length > 1 && context.may("operate");
    replace(many,
      isMany &&
        h("button", {
          type: "button",
          on: {click: () => resolveManyDialog(context, kind.value, shown.length, load)}
        },
          t("Resolve all {count}", {count: shown.length})));
    if (shown.length === 0)
      return h("div", {class: "card"}, h("p", {class: "empty"}, t("Nothing needs a decision.")));
    return [
      more &&
        h("div", {class: "notice warn"}, t("There are more than 1,000; these are the newest.")),
      h("ul", {class: "list"}, shown.map((entry) => entryCard(entry, context, load)))
    ];
  });
  state.addEventListener("change", load);
  kind.addEventListener("change", () => {
    wanted = kind.value;
    load();
  });

  let known = context.overview.attention.open;
  context.onOverview(signal, ({attention}) => {
    if (attention.open !== known && document.querySelector("dialog") === null) load();
    known = attention.open;
  });
  replace(main,
    h("div", {class: "head"},
      h("div", {}, h("h1", {}, t("Attention")),
        h("p", {}, t("What the receiver must not decide alone, oldest first."))),
      h("div", {class: "row"}, h("label", {}, t("State"), state), h("label", {}, t("Kind"), kind),
        many)),
    list);
  load();
}

/** An entry with its meaning, evidence and actions. */
export function entryCard(entry, context, again) {
  const isOpen = entry.resolvedAt === null;
  const notice = noticeArea();
  const ids = [...new Set(entry.events.map((event) => event.callbackId).filter(Boolean))];
  const reference = entry.partnerReferenceNo;
  return h("li", {class: "card result", "data-entry": entry.id},
    h("div", {class: "row spread"},
      h("span", {class: "row"},
        h("span", {class: `mark ${isOpen ? "bad" : "good"}`}, isOpen ? t("open") : t("resolved")),
        h("h3", {}, kindTitle(entry.kind)), reference && paymentLink(reference)),
      h("span", {class: "soft small"}, timeMark(entry.openedAt),
        entry.count > 1 && ` · ${t("{count} times", {count: entry.count})}`)),
    h("p", {}, kindMeaning(entry.kind)),
    h("ul", {class: "small soft", lang: "en"},
      entry.events.map((event) => h("li", {}, timeMark(event.at), ": ", foreign(event.text),
                         event.callbackId && [" (", callbackLink(context, event.callbackId), ")"],
                         event.count > 1 && ` × ${event.count}`))),
    !isOpen &&
      h("p", {class: "small"}, t("Resolved"), " ", timeMark(entry.resolvedAt), " ", t("by"), " ",
        foreign(entry.resolvedBy ?? "–"), entry.note && [": ", foreign(entry.note)]),
    isOpen &&
      h("div", {class: "row"},
        context.may("operate") &&
          h("button", {
            class: "main",
            type: "button",
            on: {click: () => acceptDialog(context, {entry}, again)}
          },
            t("Decide")),
        reference && askButton(context, reference, notice, again),
        ids.length > 0 && replayButton(context, ids, notice, again)),
    notice);
}
