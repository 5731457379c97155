// Charts as SVG, each with a table of the same numbers.

import {h, replace, s} from "./dom.js";
import {number} from "./format.js";
import {table} from "./parts.js";
import {t} from "./text.js";

/** The end of an axis: the smallest of 1, 2, 5, 10, … that is not below `value`. */
function ceiling(value) {
  let step = 1;
  for (;;) {
    for (const factor of [1, 2, 4, 5, 10]) {
      if (value <= factor * step) return factor * step;
    }
    step *= 10;
  }
}

/**
 * Bars, stacked, drawn again when the width of their place changes.
 *
 * @param title what the chart shows.
 * @param labels the label of each bar; an empty one is not drawn.
 * @param series `{name, kind, values}`: the name, the CSS class, and a value for each bar.
 * @param names the complete names of the bars, for tooltips and table.
 */
export function barChart(title, labels, series, names = labels) {
  const totals = labels.map((_, index) => series.reduce((sum, {values}) => sum + values[index], 0));
  const place = h("div");
  new ResizeObserver(() => {
    if (place.clientWidth > 0)
      replace(place, drawBars(title, place.clientWidth, labels, series, names, totals));
  }).observe(place);
  const rows =
    names.map((name, index) => [name, ...series.map(({values}) => number(values[index]))])
      .filter((_, index) => totals[index] > 0);
  return h("div", {class: "stack"},
    series.length > 1 && h("ul", {class: "legend"}, series.map(({name,
      kind}) => h("li", {}, h("i", {class: kind}), t(name)))),
    place,
    rows.length > 0 &&
      h("details", {class: "small"}, h("summary", {}, t("As a table")),
        table(title, ["", ...series.map(({name}) => `>${name}`)], rows)));
}

function drawBars(title, width, labels, series, names, totals) {
  const height = 180;
  const left = 34;
  const bottom = 20;
  const end = ceiling(Math.max(1, ...totals));
  const slot = (width - left) / labels.length;
  const y = (value) => 6 + (height - bottom - 6) * (1 - value / end);
  const axis =
    [0, end / 2, end]
      .filter((value) => Number.isInteger(value))
      .map((value) => [s("line", {class: "axis", x1: left, x2: width, y1: y(value), y2: y(value)}),
             s("text", {x: left - 6, y: y(value) + 4, "text-anchor": "end"}, number(value)),
  ]);
  const bars = labels.map((label, index) => {
    let sum = 0;
    const x = left + slot * index;
    const parts = series.filter(({values}) => values[index] > 0).map(({kind, values}) => {
      const from = y(sum);
      sum += values[index];
      return s("rect", {
        class: kind,
        x: x + slot * 0.14,
        width: slot * 0.72,
        y: y(sum),
        height: from - y(sum),
        rx: 2
      });
    });
    const tip =
      [names[index], ...series.map(({name, values}) => `${t(name)}: ${number(values[index])}`)];
    return s("g", {}, s("title", {}, tip.join("\n")),
      s("rect", {x, y: 0, width: slot, height: height - bottom, fill: "transparent"}), parts,
      s("text", {x: x + slot / 2, y: height - 4, "text-anchor": "middle"}, label));
  });
  const summary =
    series.map(({name, values}) => `${t(name)}: ${number(values.reduce((a, b) => a + b, 0))}`)
      .join(", ");
  return s("svg", {
    class: "chart",
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": `${t(title)}. ${summary}`
  },
    axis, bars);
}
