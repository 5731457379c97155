// Elements, text and events. Everything from outside becomes a text node, never markup.

const svgNamespace = "http://www.w3.org/2000/svg";

/**
 * Creates an element.
 *
 * @param name the tag name.
 * @param properties attributes; `on` has event listeners; null, undefined and false leave one out.
 * @param children nodes, strings, numbers, and nested lists of them; null and false are left out.
 */
export function h(name, properties = {}, ...children) {
  return fill(document.createElement(name), properties, children);
}

/** Creates an element of SVG. */
export function s(name, properties = {}, ...children) {
  return fill(document.createElementNS(svgNamespace, name), properties, children);
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) {
        element.addEventListener(event, listener);
      }
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  append(element, children);
  return element;
}

/** Adds children as `h` does. */
export function append(element, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

/** Replaces all children. */
export function replace(element, ...children) {
  element.replaceChildren();
  return append(element, ...children);
}

// Control characters, and those that change the direction of text or are not visible.
const invisible =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu;

/**
 * Text that comes from outside: isolated in its direction; characters that are not visible are
 * written as escapes.
 */
export function foreign(text) {
  const element = h("bdi", {class: "foreign"});
  const value = String(text);
  let end = 0;
  for (const match of value.matchAll(invisible)) {
    const code = match[0].codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    append(element, value.slice(end, match.index), h("span", {class: "escape"}, `\\u${code}`));
    end = match.index + match[0].length;
  }
  return append(element, value.slice(end));
}

/** A sentence of the receiver: what is between backticks is code. */
export function sentence(text) {
  return String(text).split("`").map(
    (part, index) => (index % 2 === 1 ? h("code", {}, foreign(part)) : foreign(part)));
}

/** Bytes from outside, as a block that scrolls. */
export function block(text, label) {
  return h(
    "pre", {class: "block", tabindex: "0", role: "region", "aria-label": label}, foreign(text));
}

/** Calls `action` after `milliseconds` without another call. */
export function debounced(milliseconds, action) {
  let timer = null;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...values), milliseconds);
  };
}

/** Calls `action` now and every `seconds` while the page is visible, until `signal` aborts. */
export function everyWhileVisible(seconds, signal, action) {
  let timer = null;
  let isRunning = false;
  const run = async () => {
    clearTimeout(timer);
    if (signal.aborted || document.hidden || isRunning) return;
    isRunning = true;
    try {
      await action();
    } finally {
      isRunning = false;
    }
    if (!signal.aborted) timer = setTimeout(run, seconds * 1000);
  };
  document.addEventListener("visibilitychange", run, {signal});
  signal.addEventListener("abort", () => clearTimeout(timer));
  run();
  return run;
}

/** Offers bytes as a file. */
export function download(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = h("a", {href: url, download: name});
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
