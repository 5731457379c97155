// The gateway's report, dropped onto the page, against the payments here.

import {foreign, h, replace, sentence} from "./dom.js";
import {gatewayAnswer} from "./find.js";
import {ago, money, number, time} from "./format.js";
import {actionButton, noticeArea, paymentLink, problemNotice, table} from "./parts.js";
import {t} from "./text.js";

/** The largest report, in bytes. */
const bytesMax = 32 * 1024 * 1024;

const kindTitles = {
  onlyThere: "Only in the report",
  onlyHere: "Only here",
  notPaidHere: "Not paid here",
  amountsDiffer: "The amounts differ",
  feesDiffer: "The fees differ",
  repeated: "Several times in the report",
};

export function compareCard({context, api, signal}, period) {
  let file = null;
  const column = (name, title, isRequired) => ({
    name,
    input: h("input",
      {list: "report-columns", autocomplete: "off", required: isRequired, "aria-label": t(title)}),
    title,
  });
  const columns = [
    column("reference", "Column of the reference", true),
    column("amount", "Column of the amount", true),
    column("fee", "Column of the fee, if any", false),
    column("date", "Column of the date, if any", false)
  ];
  const names = h("datalist", {id: "report-columns"});
  const options = h("div", {class: "fields"});
  const query = h("input", {type: "checkbox"});
  const results = noticeArea();

  const take = async (given) => {
    if (!given) return;
    replace(results);
    if (given.size > bytesMax) {
      replace(results, h("div", {class: "notice bad"}, t("The file is larger than 32 MiB.")));
      return;
    }
    file = given;
    const header = await headerNames(given);
    replace(names, header.map((name) => h("option", {value: name})));
    for (const {name, input} of columns) {
      if (!input.value) input.value = header.find((text) => guesses[name].test(text)) ?? "";
    }
  };
  const picker = h("input", {
    type: "file",
    accept: ".csv,text/csv,text/plain",
    "aria-label": t("The gateway's report"),
    on: {change: () => take(picker.files[0])}
  });
  const drop = h("div", {
    class: "drop",
    on: {
      dragover: (event) => {
        event.preventDefault();
        drop.classList.add("over");
      },
      dragleave: () => drop.classList.remove("over"),
      drop: (event) => {
        event.preventDefault();
        drop.classList.remove("over");
        picker.files = event.dataTransfer.files;
        take(picker.files[0]);
      },
    }
  },
    h("p", {}, t("Drop the gateway's report (CSV) here, or choose it.")), picker);

  const compare = async (answers = {}) => {
    if (!file) {
      replace(results, h("div", {class: "notice warn"}, t("Choose a file first.")));
      return;
    }
    const selected = Object.fromEntries(columns.map(({name, input}) => [name, input.value.trim()]));
    const range = selected.date ? {} : period();
    try {
      const response = await api.send("/v1/compare", {
        method: "POST",
        body: file,
        type: "text/csv",
        signal,
        query: {...selected, ...range, ...answers, query: query.checked ? "true" : undefined},
      });
      replace(results, drawComparison(await response.json()));
    } catch (problem) {
      if (!(problem.field in questions)) throw problem;
      replace(results, problemNotice(problem),
        h("div", {class: "row"},
          questions[problem.field].map(([value, text]) => actionButton(t(text), h("span"),
                                         () => compare({...answers, [problem.field]: value})))));
    }
  };
  replace(options, columns.map(({title, input}) => h("label", {}, t(title), input)));
  return h("section", {class: "card"}, h("h2", {}, t("Compare with the gateway's report")), drop,
    names, options,
    context.may("generate") &&
      h("label", {class: "check"}, query, t("Ask the gateway about what differs")),
    actionButton(t("Compare"), results, () => compare(), {class: "main"}), results);
}

/** Names of columns as such reports have them. */
const guesses = {
  reference: /ref|invoice|order|no\.? ?(transaksi|pesanan)/i,
  amount: /amount|nominal|jumlah|gross|total/i,
  fee: /fee|biaya|mdr/i,
  date: /date|time|tanggal|waktu/i,
};

/** Answers to what can be read in two ways, by the parameter. */
const questions = {
  decimalMark: [["comma", "25.000 is twenty-five thousand"], ["point", "25.000 is twenty-five"]],
  dateOrder: [["dayFirst", "The day is first"], ["monthFirst", "The month is first"]],
  separator:
    [["semicolon", "Separated by ;"], ["comma", "Separated by ,"], ["tab", "Separated by tabs"]],
};

/**
 * The names in the first line that has several, for suggestions only: the receiver reads the file.
 */
async function headerNames(file) {
  const text = await file.slice(0, 8192).text();
  for (const line of text.replace(/^\ufeff/, "").split(/\r?\n/)) {
    const cells =
      line.split(/[;,\t]/).map((cell) => cell.replace(/^"|"$/g, "").trim()).filter(Boolean);
    if (cells.length > 1) return cells;
  }
  return [];
}

function drawComparison(result) {
  const side = (name,
    totals) => [t(name), number(totals.count), money(totals.amount), money(totals.feeAmount)];
  const differences = result.differences.filter((list) => list.count > 0);
  return h("div", {class: "stack"},
    h("div", {class: `notice ${result.equal ? "good" : "warn"}`},
      result.equal ? t("Report and receiver agree.") : t("Report and receiver differ.")),
    h("p", {class: "soft small"}, t("{count} payments agree.", {count: number(result.matching)}),
      " ", result.from && t("from {from} to {to}", {from: time(result.from), to: time(result.to)})),
    table("Both sides", ["", ">Payments", ">Amount", ">Fee"],
      [side("Report", result.report), side("Here", result.receiver)]),
    result.queries && result.queries.left > 0 &&
      h("div", {class: "notice warn"},
        t("{count} payments were not asked about.", {count: number(result.queries.left)})),
    result.warningsCount > 0 &&
      h("details", {},
        h("summary", {}, t("Remarks on {count} lines", {count: number(result.warningsCount)})),
        h("ul", {lang: "en"},
          result.warnings.map(({line, text}) => h("li", {}, `${line}: `, foreign(text))))),
    differences.map(drawList));
}

function drawList({kind, count, amount, entries}) {
  const title = t(kindTitles[kind] ?? kind);
  return h("section", {class: "stack tight"},
    h("h3", {}, `${title}: ${number(count)}, ${money(amount)}`),
    entries.length < count &&
      h("p", {class: "small soft"},
        t("The first {count} are shown.", {count: number(entries.length)})),
    table(title, ["Reference", ">Report", ">Here", "When", "What became of it"],
      entries.map(
        (entry) => [entry.payment ? paymentLink(entry.payment.partnerReferenceNo) :
                                    h("span", {class: "mono"}, foreign(entry.lines[0].reference)),
          entry.lines.map((line) => h("div", {title: t("line {number}", {number: line.line})},
                            money(line.amount))),
          entry.payment && money(entry.payment.amount),
          entry.at ? h("time", {datetime: entry.at, title: time(entry.at)}, ago(entry.at)) : "–",
          [
            h("p", {lang: "en"}, sentence(entry.sentence)),
            entry.action !== "Nothing." &&
              h("p", {class: "soft small", lang: "en"}, sentence(entry.action)),
            entry.gateway && h("p", {class: "small"}, gatewayAnswer(entry.gateway)),
            entry.gatewayProblem &&
              h("p", {class: "small", lang: "en"}, foreign(entry.gatewayProblem))
          ],
  ])));
}
