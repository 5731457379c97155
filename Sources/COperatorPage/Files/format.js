// Amounts, times and durations as people read them. All times are those of Jakarta.

import {language, t} from "./text.js";

/** An amount of the API, `{value, currency}`, exactly. */
export function money(amount) {
  if (!amount) return "–";
  const [whole, decimals = "00"] = String(amount.value).split(".");
  const isIndonesian = language() === "id";
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, isIndonesian ? "." : ",");
  const fraction = /^0*$/.test(decimals) ? "" : (isIndonesian ? "," : ".") + decimals;
  const currency = amount.currency === "IDR" ? "Rp" : amount.currency;
  return `${currency}\u00a0${grouped}${fraction}`;
}

/** A number of things. */
export function number(value) {
  return value.toLocaleString(language() === "id" ? "id-ID" : "en-GB");
}

const months = {
  en: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
  id: ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"],
};

/** The time now, as the API writes times. */
export function nowText() {
  return new Date(Date.now() + 7 * 3600_000).toISOString().replace("Z", "+07:00");
}

/** The Jakarta day of today, or of some days before. */
export function day(daysBefore = 0) {
  return new Date(Date.now() + (7 - 24 * daysBefore) * 3600_000).toISOString().slice(0, 10);
}

/** The form of a time with +07:00, however the offset of `text` is. */
function jakarta(text) {
  if (/\+07:00$/.test(text)) return text;
  const parsed = Date.parse(text);
  return Number.isNaN(parsed) ? text : new Date(parsed + 7 * 3600_000).toISOString();
}

/** `30 Nov 2026`. */
export function date(text) {
  const [year, month, dayOfMonth] = jakarta(text).slice(0, 10).split("-").map(Number);
  return `${dayOfMonth} ${months[language()][month - 1]} ${year}`;
}

/** `14:05:11`. */
export function clock(text) {
  return jakarta(text).slice(11, 19);
}

/** Date and time; only the time if it is today. */
export function time(text) {
  if (!text) return "–";
  return jakarta(text).slice(0, 10) === day() ? clock(text) : `${date(text)}, ${clock(text)}`;
}

/** `3 min`, `2 h 05 min`. */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min`;
  if (whole < 86_400) {
    return `${Math.floor(whole / 3600)} h ${
      String(Math.floor((whole % 3600) / 60)).padStart(2, "0")} min`;
  }
  return t("{count} days", {count: Math.floor(whole / 86_400)});
}

/** How long ago a time is. */
export function ago(text) {
  const seconds = (Date.now() - Date.parse(text)) / 1000;
  return seconds < 5 ? t("just now") : t("{duration} ago", {duration: duration(seconds)});
}

/** `1.5 GiB`. */
export function bytes(count) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)}\u00a0${units[unit]}`;
}

/** Seconds with as many decimals as matter. */
export function seconds(value) {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)}\u00a0s`;
}
