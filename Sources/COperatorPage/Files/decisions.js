// What an operator can decide: set a status, resolve entries, judge callbacks again. Each change of
// a payment is shown by a dry run first.

import {foreign, h, replace} from "./dom.js";
import {nowText} from "./format.js";
import {actionButton, callbackLink, noticeArea, openDialog, outcomeMark, toast, transitionText} from "./parts.js";
import {kindTitle, t} from "./text.js";

const statuses =
  [["00", "00 · paid"], ["05", "05 · cancelled"], ["06", "06 · failed"], ["04", "04 · refunded"]];

/**
 * Asks for a decision about a payment or an entry: a status with its amount, or, for an entry, only
 * a note.
 *
 * @param target `{reference}` for a payment, `{entry}` for an entry.
 * @param again called after the decision.
 */
export function acceptDialog(context, {reference, entry}, again) {
  const title = entry ? t("Decide: {kind}", {kind: kindTitle(entry.kind)}) :
                        t("Set the status of {reference}", {reference});
  openDialog(title, (close) => {
    const status = h("select", {name: "status", required: true},
      entry && h("option", {value: ""}, t("No status: only resolve the entry")),
      (!entry || mayAccept(entry)) &&
        statuses.map(([code, text]) => h("option", {value: code}, t(text))));
    const amount = h("input", {name: "amount", inputmode: "decimal", placeholder: "25000"});
    const callbackId = h("input", {name: "callbackId", inputmode: "numeric"});
    const note = h("textarea", {name: "note", maxlength: 1000});
    const preview = noticeArea();
    const confirm = h("button", {class: "main", type: "button", hidden: true}, t("Confirm"));
    const send = (dryRun) => {
      const path = entry ? `/admin/attention/${entry.id}/resolve` :
                           `/admin/transactions/${encodeURIComponent(reference)}/accept`;
      const body = {note: note.value.trim(), dryRun};
      if (status.value) body[entry ? "accept" : "status"] = status.value;
      if (status.value && amount.value.trim()) body.amount = amount.value.trim();
      if (status.value && entry && callbackId.value.trim())
        body.callbackId = Number(callbackId.value);
      return context.api.post(path, body);
    };
    const show = actionButton(t("Show what would change"), preview, async () => {
      confirm.hidden = true;
      const {transition} = await send(true);
      replace(preview,
        h("div", {class: "notice"},
          transition ? [t("This would be written:"), " ", transitionText(transition)] :
                       t("Only the entry would be resolved.")));
      confirm.hidden = false;
      confirm.focus();
    });
    confirm.addEventListener("click", async () => {
      confirm.disabled = true;
      try {
        await send(false);
        close();
        toast(t("The decision was stored."));
        await Promise.all([again(), context.refresh().catch(() => null)]);
      } catch (error) {
        confirm.disabled = false;
        confirm.hidden = true;
        show.click();
        if (error.status === undefined) throw error;
      }
    });
    const hide = () => {
      confirm.hidden = true;
      replace(preview);
    };
    for (const input of [status, amount, callbackId, note]) input.addEventListener("input", hide);
    return [
      entry && h("p", {class: "soft", lang: "en"}, foreign(entry.detail)),
      h("div", {class: "fields"}, h("label", {}, t("Status"), status),
        h("label", {}, t("Amount, if it differs"), amount),
        entry && entry.events.length > 1 && h("label", {}, t("Callback, if several"), callbackId)),
      h("label", {}, t("Note: what you found"), note),
      preview,
      h("div", {class: "row"}, show, confirm,
        h("button", {type: "button", on: {click: close}}, t("Close"))),
    ];
  });
}

/** Kinds of entries about the operation, not about a payment: nothing to accept. */
const operationKinds = new Set([
  "gateway-unreachable",
  "gateway-unauthorized",
  "callbacks-refused",
  "no-callbacks",
  "clock-difference",
  "disk-low",
  "own-payment-unknown",
]);

/** Whether a status can be set through this entry. */
function mayAccept(entry) {
  return entry.partnerReferenceNo !== null && !operationKinds.has(entry.kind);
}

/** Asks for a note, and resolves all open entries of a kind. */
export function resolveManyDialog(context, kind, count, again) {
  openDialog(t("Resolve {count} entries: {kind}", {count, kind: kindTitle(kind)}), (close) => {
    const before = nowText();
    const note = h("textarea", {name: "note", maxlength: 1000, required: true});
    const notice = noticeArea();
    return [
      h("p", {class: "soft"}, t("No status changes. Entries that open from now on stay open.")),
      h("label", {}, t("Note: what you found"), note),
      notice,
      h("div", {class: "row"},
        actionButton(t("Resolve all"), notice,
          async () => {
            const {resolved} = await context.api.post(
              "/admin/attention/resolve", {kind, before, note: note.value.trim()});
            close();
            toast(t("{count} entries resolved.", {count: resolved}));
            await Promise.all([again(), context.refresh().catch(() => null)]);
          },
          {class: "main"}),
        h("button", {type: "button", on: {click: close}}, t("Close"))),
    ];
  });
}

/**
 * A button that judges callbacks again, after a dry run that shows the result; null without the
 * scope.
 */
export function replayButton(context, ids, notice, again) {
  if (!context.may("operate")) return null;
  const send = (dryRun) => context.api.post("/admin/callbacks/replay", {ids, dryRun});
  return actionButton(t("Judge again"), notice, async () => {
    const {results} = await send(true);
    const changes = results.filter(({before, after}) => before !== after);
    const lines = results.map(
      ({callbackId, before, after, problem}) => h("p", {}, callbackLink(context, callbackId), ": ",
        outcomeMark(before), " → ", outcomeMark(after), problem && [" ", foreign(problem)]));
    replace(notice,
      h("div", {class: "notice stack tight"}, h("p", {}, t("With the present keys and settings:")),
        lines,
        changes.length === 0 ? h("p", {}, t("A replay would change nothing.")) :
                               actionButton(t("Replay"), h("div"), async () => {
                                 await send(false);
                                 replace(notice);
                                 toast(t("The callback was replayed."));
                                 await Promise.all([again(), context.refresh().catch(() => null)]);
                               }, {class: "main"})));
  });
}
