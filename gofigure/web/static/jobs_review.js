// What a draft would change, and do; and the button that saves it.
import { post } from "./act.js";
import { button, make, told } from "./make.js";
import { stands } from "./jobs_disk.js";

const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
const changed = (found) => found.diff.map(([sign, line]) => make("span", { className: { "+": "plus", "-": "minus", "@": "soft" }[sign] || "" }, `${sign === "@" ? "" : sign} ${line}\n`));

const listed = (before, some) => some.length > 0 && `${before} ${some.join(", ")}`;
const stage = (one) => make("tr", null,
  make("th", { scope: "row" }, one.stage, make("small", null, one.target), make("small", null, listed("after", one.needs))),
  make("td", null, make("b", null, one.lacking || plural(one.files, "file")), make("small", { className: "path" }, listed("", one.some), one.files > one.some.length && ", …")),
  make("td", null, one.commands.map((command) => make("code", null, command)),
    [one.image && `in ${one.image}`, listed("builds", one.builds), one.context && `to ${one.context} / ${one.namespace}`, listed("makes", one.outputs)].map((words) => words && make("small", null, words))));

const planned = (plan) => [
  make("h2", null, "What it would do"), plan.error && make("p", { className: "bad" }, plan.error),
  make("ul", { className: "paths" }, plan.jobs.map((job) => make("li", null, make("b", null, job.job), `: ${job.stages.join(" → ")} `, make("small", null, listed("on", job.on) || "by hand only")))),
  make("table", { className: "plain plan" }, make("thead", null, make("tr", null, ["Stage", "Reads", "Runs"].map((word) => make("th", { scope: "col" }, word)))), make("tbody", null, plan.stages.map(stage))),
];

const verdict = (found, isMoved, isBad) => {
  if (isBad) return "Nothing is saved while something is wrong.";
  if (found.same) return "It is the same as on disk.";
  if (isMoved) return "Others have changed it since you began: what is marked − goes away.";
  if (found.problems.length) return "Saved, nothing runs until that is mended in the other files.";
  return "Saved, it runs once you have said yes in a terminal: gofigure allow.";
};

const elsewhere = (some) => [
  make("h2", null, "In other files"),
  make("ul", { className: "problems" }, some.map((one) => make("li", null, `${one.name}${one.line ? `, line ${one.line}` : ""}: `, make("b", null, one.key), ` ${one.message}`))),
];

const shown = (found, isMoved, isFaulty, save) => {
  const isBad = isFaulty || found.problems.some((one) => one.here);
  const go = button(isMoved ? "Save over what is on disk" : "Save", save, { id: "save", className: "", disabled: isBad || found.same });
  const diff = found.diff.length > 0 && make("pre", { className: "diff", tabIndex: 0, role: "region", "aria-label": "The difference" }, changed(found));
  const why = make("span", { className: isMoved ? "bad" : "soft" }, verdict(found, isMoved, isBad));
  return make("div", null, make("h2", null, "What would change"), diff, found.elsewhere.length > 0 && elsewhere(found.elsewhere), make("p", { className: "do" }, go, " ", why), found.plan && planned(found.plan));
};

export const review = async (draft, write) => {
  if (draft.locked) return;
  if (draft.part(".form").contains(document.activeElement)) document.activeElement.blur(); // what is typed there counts
  await draft.queue;
  const text = draft.area.value;
  const region = draft.part(".review");
  region.hidden = false;
  region.replaceChildren("Looking…");
  try {
    const found = await post("preview", { file: draft.file, text });
    if (draft.area.value !== text) return;
    const isMoved = found.seen !== draft.base.seen;
    stands(draft, isMoved);
    region.replaceChildren(shown(found, isMoved, draft.faults.size > 0, () => write(draft, text, found.seen)));
    region.focus();
    region.scrollIntoView({ block: "start" });
  } catch (error) {
    region.hidden = true;
    told(error);
  }
};
