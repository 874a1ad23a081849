// The configuration as a form and as text. The text is what counts: the form is drawn from it by the server, and each of
// its changes is one change of the text.
import { post } from "./act.js";
import { begins, follow, onDisk, stands } from "./jobs_disk.js";
import { draw } from "./jobs_form.js";
import { review } from "./jobs_review.js";
import { gutter, problems, put } from "./jobs_text.js";
import { hurry } from "./live.js";
import { told } from "./make.js";
import { say } from "./said.js";

const PAUSE = 250; // ms without a key after which the text is checked
let now = null; // the draft that is on the page

const heard = (draft, found) => {
  draft.problems = found.problems;
  draft.form = found.form;
  problems(draft);
  draw(draft);
};

const check = async (draft) => {
  const text = draft.area.value;
  try {
    const found = await post("check", { file: draft.file, text });
    if (draft !== now || draft.area.value !== text) return;
    draft.faults.clear(); // the text is what counts
    heard(draft, found);
  } catch (error) { told(error); }
};

// What was shown of another text.
const closeReview = (draft) => {
  draft.part(".review").hidden = true;
};

// One after the other: each is a change of what the one before has left.
const edit = (draft, change) => {
  const doing = draft.queue.then(async () => {
    for (;;) {
      const text = draft.area.value;
      const found = await post("check", { file: draft.file, text, edit: change });
      if (draft.area.value !== text) continue; // typed meanwhile
      put(draft, found.text);
      stands(draft, draft.state === "moved");
      closeReview(draft);
      if (change.do !== "set") draft.faults.clear();
      heard(draft, found);
      return true;
    }
  }).catch((error) => { told(error); if (draft === now) draw(draft); return false; });
  draft.queue = doing;
  return doing;
};

const typed = (draft) => {
  const before = draft.state;
  stands(draft, before === "moved");
  if (before === "moved" && draft.state === "same") look(draft);
  gutter(draft);
  closeReview(draft);
  clearTimeout(draft.timer);
  draft.timer = setTimeout(check, PAUSE, draft);
};

const take = (draft, found) => {
  draft.faults.clear();
  put(draft, found.text);
  begins(draft, found.seen, draft.area.value);
  closeReview(draft);
  heard(draft, found);
};

const look = (draft) => follow(draft, (found) => take(draft, found)).catch(told);

const reload = async (draft) => {
  if (draft.state !== "same" && !confirm("Let go of what you have changed here?")) return;
  take(draft, await onDisk(draft));
};

const write = (draft, text, seen) => {
  document.getElementById("save").disabled = true;
  draft.queue = draft.queue.then(async () => {
    const done = await post("save", { file: draft.file, text, seen });
    begins(draft, done.seen, text);
    closeReview(draft);
    if (done.waits) draft.part(".text").scrollIntoView({ block: "end" });
    if (done.waits) document.getElementById("may-run").scrollIntoView({ block: "nearest" });
    say(done.waits ? `saved; to let it run: gofigure allow in a terminal${done.code ? ", or its code typed above the text" : ""}` : "saved; it was allowed before, and may run");
  }).catch((error) => { closeReview(draft); told(error); }).finally(hurry);
};

const begin = async (place) => {
  const area = place.querySelector("#text");
  const draft = { place, area, part: (name) => place.querySelector(name), edit: (change) => edit(draft, change), file: place.dataset.file, locked: "locked" in place.dataset, problems: [], faults: new Map(), form: null, chosen: [], queue: Promise.resolve(), more: false, timer: 0, gutter: "" };
  now = draft;
  begins(draft, place.dataset.seen, area.value);
  place.addEventListener("input", ({ target }) => { if (target === draft.area) typed(draft); });
  place.addEventListener("scroll", ({ target }) => { if (target === draft.area) draft.part(".gutter").scrollTop = target.scrollTop; }, true);
  gutter(draft);
  const found = await onDisk(draft);
  Object.assign(draft, { fields: found.fields, targets: found.targets });
  if (found.text === draft.area.value || draft.locked) heard(draft, found);
  else check(draft);
};

export const attach = () => {
  const place = document.getElementById("editor");
  if (place !== now?.place) begin(place).catch(told);
  else look(now);
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-draft]");
  if (button) ({ review, reload })[button.dataset.draft](now, write).catch(told);
});
document.addEventListener("keydown", (event) => {
  if (now?.place.isConnected && (event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    review(now, write);
  }
});
document.addEventListener("submit", async (event) => {
  if (!event.target.matches("[data-confirm]")) return;
  event.preventDefault();
  const field = event.target.querySelector("input");
  try {
    const done = await post("confirm", { code: field.value });
    say(`${done.allowed}: allowed`);
  } catch (error) {
    told(error);
  }
  hurry();
  field.value = "";
});
window.addEventListener("beforeunload", (event) => {
  if (now && now.state !== "same") event.preventDefault();
});
