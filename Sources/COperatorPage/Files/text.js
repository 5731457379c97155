// The languages of the page. English texts are the keys of the Indonesian ones.

import {indonesian, indonesianKinds, indonesianReasons} from "./indonesian.js";

const storedLanguage = "cashin-receiver.language";
let present = localStorage.getItem(storedLanguage) ??
  (navigator.languages.some((name) => /^(id|in)\b/i.test(name)) ? "id" : "en");

/** `en` or `id`. */
export function language() {
  return present;
}

export function setLanguage(name) {
  present = name;
  localStorage.setItem(storedLanguage, name);
}

/** The text in the present language; `{name}` is replaced by a value. */
export function t(english, values = {}) {
  const text = present === "id" ? indonesian[english] ?? english : english;
  return text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
}

/** Attention kinds: title, and what the entry means and asks for (`deploy/OPERATING.md`). */
const kinds = {
  "amount-mismatch": [
    "Other amount",
    "A callback reports another amount than expected. Compare it with your order; accept the amount, or resolve with a note."
  ],
  "callbacks-refused": [
    "Callbacks are refused",
    "Callbacks with your client id are refused. Read the diagnosis: a new key of the gateway, another path, or a proxy that changes the body. Then replay them."
  ],
  "clock-difference": [
    "Clocks differ",
    "The gateway's times and this machine's clock differ by more than the tolerance. Synchronize the clock."
  ],
  "contradicts-success": [
    "Contradicts a payment",
    "The gateway calls a paid payment cancelled or failed. Do not take the goods back; ask Cash In with the evidence."
  ],
  "disk-low": ["Disk is almost full", "Less free space than configured. Make room."],
  "external-id-conflict": [
    "One X-EXTERNAL-ID, two facts",
    "One X-EXTERNAL-ID came with two different facts on one day. Wait for the query."
  ],
  "gateway-unauthorized": [
    "Gateway rejects us",
    "The gateway rejects our credentials. Compare the client id, and the public key that Cash In has; run the self-test."
  ],
  "gateway-unreachable": [
    "Gateway cannot be reached",
    "Three queries in a row failed. Check network, proxy and firewall; run the self-test. Queries continue automatically."
  ],
  "invalid-callback": [
    "Invalid callback",
    "A genuine callback has an invalid header or body. Tell Cash In which member is wrong."
  ],
  "late-success": [
    "Paid late",
    "A payment for a code that had expired or failed. Wait for the query; deliver or refund by your own rules."
  ],
  "no-callbacks": [
    "No callbacks arrive",
    "Queries confirm payments, or codes expire, but no callback arrives. Run the self-test; ask Cash In whether your URL is registered."
  ],
  "own-payment-unknown": [
    "Own payment is unknown",
    "The gateway does not know a payment that was just generated: a wrong merchant id, or an address of another environment."
  ],
  "payment-after-refund": [
    "Paid after a refund",
    "A new success after a refund. Compare with the gateway's report; refund it if it is real."
  ],
  "possible-second-payment": [
    "Perhaps paid twice",
    "A second success with other marks: the code may have been paid twice. Compare with the gateway's report; refund one if it is real."
  ],
  "qr-refused": [
    "Code is not valid",
    "The gateway's QR code is not valid. Generate again under a new reference; tell Cash In."
  ],
  "reference-mismatch": [
    "References do not match",
    "The two references of a callback belong to different payments. Ask Cash In with the callback's number."
  ],
  "stale-callback":
    ["Too old", "X-TIMESTAMP is outside of the tolerance. Wait for the query; check the clock."],
  "unconfirmed-callback": [
    "Not confirmed",
    "A callback needs the gateway's confirmation and there is none. Ask the gateway, or compare with its report; then decide."
  ],
  "unconfirmed-refund": [
    "Refund not confirmed",
    "A callback reports a refund; a query must confirm it. Wait for the query; then decide."
  ],
  "unexpected-refund": [
    "Unexpected refund",
    "A query reports a refund of what never was a success here. Look at the payment with Cash In; tell your bookkeeping."
  ],
  "unknown-transaction": [
    "Unknown payment",
    "No payment here has these references. Wait for the query; it may belong to another system of yours."
  ],
  "unresolved-payment": [
    "Still open",
    "The gateway is no longer asked, or gives no usable response. Ask it, or ask Cash In with the evidence; then decide."
  ],
};

function kindText(kind, index) {
  const texts = (present === "id" && indonesianKinds[kind]) || kinds[kind];
  return texts ? texts[index] : null;
}

/** What an attention kind is called. */
export function kindTitle(kind) {
  return kindText(kind, 0) ?? kind;
}

/** What an entry of an attention kind means, and what to do. */
export function kindMeaning(kind) {
  return kindText(kind, 1) ?? "";
}

/** The health in one sentence; null where the receiver's English sentence is to be shown. */
export function healthSentence(status, reasons) {
  if (present !== "id") return null;
  if (status === "ok") return "Semua berjalan baik.";
  const texts = reasons.map(healthReason);
  if (texts.includes(null) || texts.length === 0) return null;
  return texts[0];
}

/** A reason of the health; null where the receiver's English text is to be shown. */
export function healthReason({name, count}) {
  const text = present === "id" ? indonesianReasons[name] : undefined;
  return text ? text.replace("{count}", count ?? "") : null;
}
