// Parts that several views use.

import {append, foreign, h, replace, s} from "./dom.js";
import {ago, money, time} from "./format.js";
import {t} from "./text.js";

const paths = {
  brand: null,
  now: "M3 12h4l3-8 4 16 3-8h4",
  find: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zm5 12 5 5",
  attention: "M12 3 2 20h20L12 3zm0 7v4m0 3v.5",
  live:
    "M12 10a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM7.5 7.5a6.4 6.4 0 0 0 0 9m9-9a6.4 6.4 0 0 1 0 9M4.7 4.7a10.3 10.3 0 0 0 0 14.6m14.6-14.6a10.3 10.3 0 0 1 0 14.6",
  day: "M4 6h16v14H4zM4 10h16M8 3v5m8-5v5",
  cashier: "M4 4h6v6H4zm10 0h6v6h-6zM4 14h6v6H4zm10 0h2v2h-2zm4 4h2v2h-2z",
  gateway: "M4 7h16M4 12h16M4 17h16M8 5v4m8 1v4m-5 1v4",
  good: "M5 12.5 10 17.5 19.5 7",
  bad: "M6 6l12 12M18 6 6 18",
  warn: "M12 6v8m0 4v.5",
};

/** A small picture beside a text that says the same. */
export function icon(name) {
  if (name === "brand") {
    return s("svg", {viewBox: "0 0 32 32", "aria-hidden": "true"},
      s("rect", {width: 32, height: 32, rx: 8, fill: "#0b5d57"}), s("path", {
        d: "M9 9h5v5H9zm9 0h5v5h-5zM9 18h5v5H9zm9 0h2.4v2.4H18zm2.6 2.6H23V23h-2.4z",
        fill: "#fff"
      }));
  }
  return s("svg", {viewBox: "0 0 24 24", "aria-hidden": "true"}, s("path", {
    d: paths[name],
    fill: "none",
    stroke: "currentColor",
    "stroke-width": 2,
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
  }));
}

const statusMarks = {
  created: ["info", "Created"],
  pending: ["info", "Pending"],
  success: ["good", "Paid"],
  cancelled: ["", "Cancelled"],
  failed: ["bad", "Failed"],
  refunded: ["warn", "Refunded"],
};

/** The status of a payment. */
export function statusMark(status) {
  const [kind, text] = statusMarks[status] ?? ["", status];
  return h("span", {class: `mark ${kind}`}, t(text));
}

const outcomeMarks = {
  applied: ["good", "applied"],
  duplicate: ["", "duplicate"],
  replayed: ["", "delivered again"],
  ignored: ["", "ignored"],
  awaitingQuery: ["warn", "waits for the gateway"],
  conflict: ["warn", "conflict"],
  invalid: ["bad", "invalid"],
  mismatch: ["bad", "does not match"],
  stale: ["warn", "too old"],
  refused: ["bad", "refused"],
};

/** What became of a callback. */
export function outcomeMark(outcome) {
  const [kind, text] = outcomeMarks[outcome] ?? ["", outcome];
  return h("span", {class: `mark ${kind}`}, t(text));
}

/** A payment's reference, as a link to it. */
export function paymentLink(reference) {
  if (!reference) return "–";
  return h(
    "a", {class: "mono", href: `#/payment/${encodeURIComponent(reference)}`}, foreign(reference));
}

/** A callback's number, as a link to it where the token may read callbacks. */
export function callbackLink(context, id) {
  const text = t("callback {id}", {id});
  return context.may("journal") ? h("a", {href: `#/callback/${id}`}, text) : text;
}

/** A time, with its age as a tooltip. */
export function timeMark(text) {
  return text ? h("time", {datetime: text, title: ago(text)}, time(text)) : "–";
}

/** Names and values. Rows whose value is null are left out. */
export function facts(rows) {
  return h("dl", {class: "facts"},
    rows.filter(([, value]) => value !== null && value !== undefined).map(([name,
      value]) => [h("dt", {}, t(name)), h("dd", {}, value)]));
}

/** A number with its name. */
export function tile(name, value, note = null) {
  return h(
    "div", {class: "tile"}, h("dt", {}, t(name)), h("dd", {}, value, note && h("small", {}, note)));
}

/**
 * A table.
 *
 * @param columns the titles; one that begins with `>` is aligned to the right.
 * @param rows the cells of each row.
 */
export function table(caption, columns, rows, properties = {}) {
  const kind = (index) => (columns[index].startsWith(">") ? "right number" : null);
  return h("div", {class: "scroll", tabindex: "0", role: "region", "aria-label": t(caption)},
    h("table", properties, h("caption", {class: "hidden"}, t(caption)),
      h("thead", {},
        h("tr", {},
          columns.map((title, index) =>
                        h("th", {scope: "col", class: kind(index)}, t(title.replace(/^>/, "")))))),
      h("tbody", {},
        rows.map((cells) =>
                   h("tr", {}, cells.map((cell, index) => h("td", {class: kind(index)}, cell)))))));
}

/** What a problem says to a person. */
export function problemNotice(problem) {
  const texts = {
    0: t("The receiver does not respond. Is it running, and is this machine connected?"),
    401: t("The receiver does not know this token."),
    403: t("This token lacks the permission."),
  };
  const text = texts[problem.status];
  return h("div", {class: "notice bad"}, text && h("strong", {}, text), text && " ",
    problem.status !== 0 && h("span", {lang: "en"}, foreign(problem.message)));
}

/** Draws what `load` returns; a problem is shown in its place. */
export async function fillWith(element, signal, load) {
  element.setAttribute("aria-busy", "true");
  try {
    replace(element, await load());
  } catch (error) {
    if (signal.aborted || error.name === "AbortError") return;
    if (error.status === undefined) throw error;
    replace(element, h("div", {role: "alert"}, problemNotice(error)));
  } finally {
    element.removeAttribute("aria-busy");
  }
}

/** A button that runs `action`, is disabled meanwhile, and shows a problem in `notice`. */
export function actionButton(text, notice, action, properties = {}) {
  const button = h("button", {
    type: "button",
    ...properties,
    on: {
      click: async () => {
        button.disabled = true;
        replace(notice);
        try {
          await action();
        } catch (error) {
          if (error.name === "AbortError") return;
          if (error.status === undefined) throw error;
          replace(notice, problemNotice(error));
        } finally {
          button.disabled = false;
        }
      }
    }
  },
    text);
  return button;
}

/** A place for messages that screen readers announce. */
export function noticeArea() {
  return h("div", {role: "status", "aria-live": "polite"});
}

/** A message that disappears after some seconds. */
export function toast(text) {
  const message = h("div", {class: "toast notice good", role: "status"}, text);
  append(document.body, message);
  setTimeout(() => message.remove(), 6000);
}

/** What a transition is, in one line. */
export function transitionText({from, to, amount}) {
  return [
    from && statusMark(from), from && " → ", statusMark(to), " ",
    amount && h("strong", {class: "number"}, money(amount))
  ];
}

/**
 * Opens a dialog with a form, and returns it. `content` is drawn into the form; it gets a function
 * that closes the dialog.
 */
export function openDialog(title, content) {
  const dialog = h("dialog", {"aria-label": title});
  const close = () => dialog.close();
  dialog.addEventListener("close", () => dialog.remove());
  append(dialog,
    h("form", {method: "dialog", on: {submit: (event) => event.preventDefault()}},
      h("h2", {}, title), content(close)));
  append(document.body, dialog);
  dialog.showModal();
  return dialog;
}
