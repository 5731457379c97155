// Why the signature of a callback verifies or fails.

import {block, foreign, h} from "./dom.js";
import {facts, table} from "./parts.js";
import {t} from "./text.js";

/** A diagnosis, as the API returns it. Its sentences are English. */
export function diagnosisView(diagnosis) {
  const isGood = diagnosis.verdict === "verifies";
  const {answer} = diagnosis;
  return h("div", {class: "stack"},
    h("div", {class: `notice ${isGood ? "good" : "warn"}`, lang: "en"},
      h("strong", {}, foreign(answer.reason ?? diagnosis.summary)),
      answer.remedy && [h("br"), foreign(answer.remedy)]),
    facts([
      [
        "Response",
        h("span", {class: "mono"}, foreign(`${answer.responseCode} ${answer.responseMessage}`))
      ],
      ["Verdict", h("span", {class: "mono"}, foreign(diagnosis.verdict))],
      [
        "A replay would help",
        answer.replayHelps === null ? null :
          answer.replayHelps        ? t("yes") :
                                      t("no")
      ],
      [
        "Clock", diagnosis.clock && t("{seconds} s from X-TIMESTAMP", {
          seconds: (diagnosis.clock.differenceMilliseconds / 1000).toFixed(1)
        })
      ],
      [
        "Headers",
        diagnosis.headers.problems.length > 0 ?
          h("ul", {},
            diagnosis.headers.problems.map(
              (problem) => h("li", {lang: "en"}, foreign(`${problem.field}: ${problem.detail}`)))) :
          null
      ],
    ]),
    diagnosis.changes.length > 0 &&
      h("div", {}, h("h3", {}, t("One change makes it verify")),
        h("ul", {lang: "en"},
          diagnosis.changes.map(
            (change) => h("li", {}, foreign(change.detail), " ", foreign(change.remedy))))),
    table("Keys", ["Key", "Use", ">Bits", "Result"],
      diagnosis.keys.map(
        (key) => [h("span", {class: "mono small"}, foreign(key.fingerprint.slice(0, 16))),
          foreign(key.use),
          key.bits,
          h("span", {class: "mono small"}, foreign(key.result)),
  ])),
    h("details", {}, h("summary", {}, t("Strings that were tried")),
      block(diagnosis.candidates.map((candidate) => candidate.stringToSign).join("\n"),
        t("Strings that were tried"))),
    diagnosis.notes.length > 0 &&
      h("ul", {lang: "en"}, diagnosis.notes.map((note) => h("li", {}, foreign(note)))));
}
