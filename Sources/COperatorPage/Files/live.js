// The view Live: the feed as it grows, by server-sent events.

import {foreign, h, replace} from "./dom.js";
import {clock, money} from "./format.js";
import {paymentLink, problemNotice, statusMark} from "./parts.js";
import {t} from "./text.js";

/** How many changes are shown. */
const most = 200;

/** Columns that a narrow screen leaves out have the class `opt`. */
const columnClasses = ["opt", null, null, null, "right", "opt"];

export function liveView(main, {api, signal}) {
  const rows = h("tbody", {"aria-live": "polite", "aria-relevant": "additions"});
  const state = h("span", {class: "mark", role: "status"});
  const only = h("select", {name: "to"}, [
    ["", "All changes"], ["success", "Paid"], ["cancelled", "Cancelled"], ["failed", "Failed"],
    ["refunded", "Refunded"]
  ].map(([value, text]) => h("option", {value}, t(text))));
  const notice = h("div");
  let stream = new AbortController();

  const show = (text, kind = "") => {
    state.className = `mark ${kind}`;
    replace(state, text);
  };
  const add = (transition, isNew) => {
    const row = h("tr", {class: isNew ? "new" : null}, [
      h("span", {class: "number"}, transition.sequence),
      h("span", {class: "number"}, clock(transition.recordedAt)),
      paymentLink(transition.partnerReferenceNo),
      [
        transition.from && h("span", {class: "opt"}, statusMark(transition.from), " → "),
        statusMark(transition.to)
      ],
      h("span", {class: "number"}, money(transition.amount)),
      foreign(transition.source),
    ].map((cell, index) => h("td", {class: columnClasses[index]}, cell)));
    rows.prepend(row);
    if (isNew) setTimeout(() => row.classList.remove("new"), 1500);
    while (rows.childElementCount > most) rows.lastElementChild.remove();
  };

  /**
   * Reads the newest changes, then the stream; begins again when it ends, until the view is left.
   */
  const follow = async () => {
    stream.abort();
    stream = new AbortController();
    const mine = stream;
    replace(rows);
    replace(notice);
    const query = {to: only.value};
    let after = null;
    while (!mine.signal.aborted) {
      try {
        if (after === null) {
          const {head} = await api.get("/v1/transitions", {after: "latest"}, mine.signal);
          const page = await api.get(
            "/v1/transitions", {...query, after: Math.max(0, head - 30), limit: 30}, mine.signal);
          for (const transition of page.transitions) add(transition, false);
          after = page.next;
        }
        show(t("connected"), "good");
        await api.events(
          "/v1/transitions/stream", {...query, after}, mine.signal, (name, id, data) => {
            if (name !== "transition") return;
            after = Number(id);
            add(data, true);
          });
        throw new Error("the stream ended");
      } catch (error) {
        if (mine.signal.aborted) return;
        show(t("connecting again"), "warn");
        if (error.status >= 400 && error.status < 500) {
          replace(notice, problemNotice(error));
          after = null;
        }
        await new Promise((resolve) => {
          setTimeout(resolve, 2000);
        });
      }
    }
  };
  only.addEventListener("change", follow);
  signal.addEventListener("abort", () => stream.abort());
  replace(main,
    h("div", {class: "head"},
      h("div", {}, h("h1", {}, t("Live")),
        h("p", {}, t("The feed as the services read it, newest first."))),
      h("div", {class: "row"}, state, h("label", {}, t("Show"), only))),
    notice,
    h("section", {class: "card"},
      h("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": t("The feed")},
        h("table", {class: "feed"}, h("caption", {class: "hidden"}, t("The feed")),
          h("thead", {},
            h("tr", {},
              ["Change", "Time", "Payment", "Status", "Amount", "Source"].map(
                (title, index) => h("th", {scope: "col", class: columnClasses[index]}, t(title))))),
          rows))));
  follow();
}
