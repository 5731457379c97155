// Sign-in, the frame around the views, and which view the address selects.

import {API, Problem} from "./api.js";
import {attentionView} from "./attention.js";
import {callbackView} from "./callback.js";
import {cashierView} from "./cashier.js";
import {dayView} from "./day.js";
import {everyWhileVisible, h, replace} from "./dom.js";
import {findView} from "./find.js";
import {gatewayView} from "./gateway.js";
import {liveView} from "./live.js";
import {nowView} from "./now.js";
import {icon, problemNotice} from "./parts.js";
import {paymentView} from "./payment.js";
import {language, setLanguage, t} from "./text.js";

const storedToken = "cashin-receiver.token";

/**
 * The views: the first segment of the address after `#/`, what draws it, and the scopes that it
 * needs. A view without a title has no entry in the navigation.
 */
const views = [
  {name: "now", title: "Now", scopes: ["feed"], draw: nowView},
  {name: "find", title: "Find", scopes: ["journal"], draw: findView},
  {name: "attention", title: "Attention", scopes: ["feed"], draw: attentionView},
  {name: "live", title: "Live", scopes: ["feed"], draw: liveView},
  {name: "day", title: "Day", scopes: ["feed"], draw: dayView},
  {name: "cashier", title: "Cashier", scopes: ["feed", "generate"], draw: cashierView},
  {name: "gateway", title: "Gateway", scopes: ["journal"], draw: gatewayView},
  {name: "payment", scopes: ["feed"], draw: paymentView},
  {name: "callback", scopes: ["journal"], draw: callbackView},
];

/** What a view can use: requests, scopes, navigation, and the newest overview. */
class Context {
  constructor(api, overview) {
    this.api = api;
    this.overview = overview;
    this.scopes = new Set(overview.token.scopes);
    this.listeners = new Set();
  }

  /** Whether the token has the scope. */
  may(scope) {
    return this.scopes.has("admin") || this.scopes.has(scope);
  }

  /** Reads the overview again, and tells all who listen. */
  async refresh(signal) {
    this.overview = await this.api.get("/v1/overview", {}, signal);
    for (const listener of this.listeners) listener(this.overview);
    return this.overview;
  }

  /** Calls `listener` with each newer overview until `signal` aborts. */
  onOverview(signal, listener) {
    this.listeners.add(listener);
    signal.addEventListener("abort", () => this.listeners.delete(listener));
  }
}

const frame = document.getElementById("frame");
let context = null;
let session = new AbortController();
let visit = new AbortController();

/** The address: `#/payment/TRX-1?x=y` is `{name: "payment", rest: ["TRX-1"], query}`. */
function address() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, ...rest] = path.split("/").map(decodeURIComponent);
  return {name: name || "now", rest, query: new URLSearchParams(query)};
}

function drawView() {
  if (!context) return;
  visit.abort();
  visit = new AbortController();
  const {name, rest, query} = address();
  const view =
    views.find((view) => view.name === name && view.scopes.every((s) => context.may(s))) ??
    views.find((view) => view.scopes.every((scope) => context.may(scope)));
  for (const link of frame.querySelectorAll("nav a")) {
    if (link.dataset.view === view.name) {
      link.setAttribute("aria-current", "page");
      link.scrollIntoView({block: "nearest", inline: "center"});
    } else {
      link.removeAttribute("aria-current");
    }
  }
  const main = document.getElementById("main");
  replace(main);
  document.title =
    `${t(view.title ?? (name === "payment" ? rest[0] : t("Callback")))} · cashin-receiver`;
  view.draw(main, {context, api: context.api, rest, query, signal: visit.signal});
  window.scrollTo(0, 0);
}

const environments = {
  sandbox: "Sandbox",
  production: "Production",
  local: "Simulator",
  none: "Receive only",
};

function environmentMark(overview) {
  const text = t(environments[overview.environment] ?? overview.environment);
  return h(
    "span", {class: `environment ${overview.environment}`, title: overview.gatewayHost}, text);
}

function drawFrame() {
  document.documentElement.lang = language();
  replace(document.getElementById("skip"), t("Skip to content"));
  const {overview} = context;
  const count = h("span", {class: "count", "data-count": ""});
  const entry = ({name, title}) => h("li", {},
    h("a", {href: `#/${name}`, "data-view": name}, icon(name), t(title),
      name === "attention" && count));
  const showCount = ({attention}) => {
    count.hidden = attention.open === 0;
    replace(count, attention.open, h("span", {class: "hidden"}, ` ${t("open")}`));
  };
  showCount(overview);
  context.onOverview(session.signal, showCount);
  replace(frame,
    h("div", {class: "frame"},
      h("header", {class: "side"},
        h("div", {class: "top"},
          h("a", {class: "brand", href: "#/now", "aria-label": "cashin-receiver"}, icon("brand"),
            h("span", {}, "cashin-receiver", h("small", {}, t("payments of this shop")))),
          h("span", {class: "row"}, environmentMark(overview), languageButton(true),
            signOutButton())),
        h("nav", {"aria-label": t("Views")},
          h("ul", {},
            views.filter((v) => v.title && v.scopes.every((s) => context.may(s))).map(entry))),
        h("div", {class: "foot"}, environmentMark(overview),
          h("span", {}, t("Token {name}", {name: overview.token.name})),
          h("span", {class: "row spread"}, languageButton(), signOutButton()),
          h("span", {}, t("Version {version}", {version: overview.version})))),
      h("div", {class: "view"}, h("div", {id: "connection", role: "status"}),
        h("main", {id: "main", tabindex: "-1"}))));
}

/** Reads the overview again, and says above the view if that is not possible. */
async function refresh(signal) {
  const notice = document.getElementById("connection");
  try {
    await context.refresh(signal);
    replace(notice);
  } catch (problem) {
    if (!signal.aborted) replace(notice, problemNotice(problem));
  }
}

/** A button that changes the language; `isShort`: only its code. */
function languageButton(isShort = false) {
  const other = language() === "en" ? "id" : "en";
  const change = () => {
    setLanguage(other);
    if (context) {
      drawFrame();
      drawView();
    } else
      signIn();
  };
  const name = other === "id" ? "Bahasa Indonesia" : "English";
  const label = isShort ? name : null;
  return h("button",
    {class: "plain", type: "button", lang: other, "aria-label": label, on: {click: change}},
    isShort ? other.toUpperCase() : name);
}

function signOutButton() {
  return h("button", {class: "plain", type: "button", on: {click: () => signOut()}}, t("Sign out"));
}

function signOut(problem = null) {
  sessionStorage.removeItem(storedToken);
  session.abort();
  visit.abort();
  context = null;
  signIn(problem);
}

async function start(token) {
  const api = new API(token, (problem) => {
    if (context) signOut(problem);
  });
  const overview = await api.get("/v1/overview");
  sessionStorage.setItem(storedToken, token);
  session = new AbortController();
  context = new Context(api, overview);
  drawFrame();
  drawView();
  const {signal} = session;
  everyWhileVisible(10, signal, () => refresh(signal));
}

function signIn(problem = null) {
  document.documentElement.lang = language();
  document.title = "cashin-receiver";
  const input = h("input", {
    id: "token",
    type: "password",
    autocomplete: "off",
    required: true,
    spellcheck: "false",
    autocapitalize: "none",
    "aria-describedby": "token-hint",
  });
  const notice = h("div", {role: "alert"}, problem && problemNotice(problem));
  const button = h("button", {class: "main", type: "submit"}, t("Sign in"));
  const submit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    replace(notice);
    try {
      await start(input.value.trim());
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      replace(notice, problemNotice(error));
      button.disabled = false;
      input.focus();
    }
  };
  replace(frame,
    h("main", {id: "main", class: "signin"},
      h("form", {class: "card stack", on: {submit}},
        h("div", {class: "row spread"},
          h("span", {class: "brand"}, icon("brand"), "cashin-receiver"), languageButton()),
        h("h1", {}, t("Sign in")),
        h("label",
          { for: "token"
          },
          t("Token"), input),
        h("p", {class: "hint", id: "token-hint"},
          t("The content of a token file of this receiver, such as ops.token. It is kept until this tab is closed, and sent to this receiver only.")),
        notice, button)));
  input.focus();
}

document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});
window.addEventListener("hashchange", () => {
  drawView();
  document.getElementById("main").focus({preventScroll: true});
});

const token = sessionStorage.getItem(storedToken);
if (token)
  // The token stays for another try, unless the receiver does not know it.
  start(token).catch((problem) => (problem.status === 401 ? signOut : signIn)(problem));
else
  signIn();
