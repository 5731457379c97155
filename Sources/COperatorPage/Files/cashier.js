// The view Cashier: an amount becomes a code; when it is paid, everybody sees and hears it.

import {foreign, h, replace} from "./dom.js";
import {money} from "./format.js";
import {actionButton, icon, noticeArea, problemNotice} from "./parts.js";
import {qrImage} from "./payment.js";
import {t} from "./text.js";

/** A new reference: unique without a counter, and readable on a receipt. */
function newReference() {
  const time = new Date(Date.now() + 7 * 3600_000).toISOString().replace(/[-:T]/g, "").slice(2, 14);
  const random =
    crypto.getRandomValues(new Uint32Array(1))[0].toString(36).slice(0, 5).padStart(5, "0");
  return `KSR-${time}-${random}`;
}

export function cashierView(main, view) {
  const {api} = view;
  const amount = h("input", {
    class: "amount",
    inputmode: "numeric",
    "aria-label": t("Amount in rupiah"),
    autocomplete: "off",
    maxlength: 13
  });
  const notice = noticeArea();
  const digits = () => amount.value.replace(/\D/g, "").replace(/^0+/, "").slice(0, 10);
  const format = () => {
    amount.value = digits().replace(/\B(?=(\d{3})+$)/g, ".");
  };
  amount.addEventListener("input", format);
  const press = (key) => {
    amount.value = key === "C" ? "" : digits() + key;
    format();
  };
  const generate = async () => {
    if (!digits()) {
      replace(notice, h("div", {class: "notice warn"}, t("Enter an amount.")));
      amount.focus();
      return;
    }
    const payment = await api.post("/admin/qr/generate",
      {partnerReferenceNo: newReference(), amount: `${digits()}.00`}, view.signal);
    showCode(main, view, payment);
  };
  const button = actionButton(t("Show the code"), notice, generate, {class: "main"});
  replace(main, h("div", {class: "head"}, h("h1", {}, t("Cashier"))),
    h("form", {
      class: "card till stack",
      on: {
        submit: (event) => {
          event.preventDefault();
          button.click();
        }
      }
    },
      h("span", {class: "label"}, t("Amount in rupiah")), amount,
      h("div", {class: "keys"},
        [..."123456789", "000", "0", "C"].map((key) => h("button", {
          type: "button",
          "aria-label": key === "C" ? t("Clear") : key,
          on: {click: () => press(key)}
        },
                                                key))),
      notice, button));
  amount.focus();
}

/** Shows the code with its time, and waits for the payment. */
function showCode(main, view, payment) {
  const {api, signal} = view;
  const reference = payment.partnerReferenceNo;
  const path = `/v1/transactions/${encodeURIComponent(reference)}`;
  const shown = new AbortController();
  signal.addEventListener("abort", () => shown.abort());
  const left = h("p", {class: "left", role: "timer"});
  const notice = noticeArea();
  const leave = () => {
    shown.abort();
    cashierView(main, view);
  };
  const end = Date.parse(payment.validityPeriod);
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    replace(left,
      seconds > 0 ?
        t("Valid for {time}",
          {time: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`}) :
        t("The code has expired. Do not take it any more."));
    left.classList.toggle("soft", seconds === 0);
  };
  const timer = setInterval(tick, 1000);
  shown.signal.addEventListener("abort", () => clearInterval(timer));
  tick();
  replace(main,
    h("div", {class: "card till stack"}, h("p", {class: "amount"}, money(payment.amount)),
      qrImage(api, path, shown.signal), left,
      payment.warnings.length > 0 &&
        h("div", {class: "notice warn", lang: "en"},
          payment.warnings.map((text) => h("p", {}, foreign(text)))),
      h("p", {class: "mono small soft"}, foreign(reference)), notice,
      h("div", {class: "row spread"},
        h("button", {type: "button", on: {click: leave}}, t("New amount")),
        h("a", {class: "button", href: `#/payment/${encodeURIComponent(reference)}`},
          t("Open the payment")))));
  wait(main, view, path, payment.lastSequence, shown, notice, leave);
}

/** Sources of a transition that a signature or an answer of the gateway has proven. */
const verifiedSources = new Set(["notify", "query"]);

/** Waits until the payment is final. Only a verified transition counts as paid. */
async function wait(main, view, path, since, shown, notice, leave) {
  while (!shown.signal.aborted) {
    try {
      const payment = await view.api.get(path, {wait: 55, since}, shown.signal);
      replace(notice);
      since = payment.lastSequence;
      const paid = payment.transitions.findLast(
        ({to, source}) => to === "success" && verifiedSources.has(source));
      if (payment.status === "success" && paid) {
        shown.abort();
        showPaid(main, payment, paid, leave);
        return;
      }
      if (payment.final) {
        const text = payment.status === "success" ?
          t("An operator set this payment to paid; the gateway has not confirmed it.") :
          t("This payment ended as {status}.", {status: payment.status});
        replace(notice, h("div", {class: "notice bad"}, text));
      }
    } catch (error) {
      if (shown.signal.aborted) return;
      if (error.status === undefined) throw error;
      replace(notice, problemNotice(error));
      await new Promise((resolve) => {
        setTimeout(resolve, 2000);
      });
    }
  }
}

function showPaid(main, payment, transition, leave) {
  const button = h("button", {type: "button", on: {click: leave}}, t("Next customer"));
  replace(main,
    h("div", {class: "till stack paid-screen", role: "alert"}, h("div", {}, icon("good")),
      h("p", {class: "amount"}, t("Paid"), h("br"), money(payment.paidAmount ?? transition.amount)),
      h("p", {class: "mono soft"}, foreign(payment.partnerReferenceNo)), h("div", {}, button)));
  button.focus();
  playPaid();
}

/** Two rising tones. A browser that forbids sound stays silent. */
function playPaid() {
  const audio = new AudioContext();
  [660, 990].forEach((frequency, index) => {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const start = audio.currentTime + index * 0.16;
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.25, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.3);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.32);
  });
  setTimeout(() => audio.close(), 1500);
}
