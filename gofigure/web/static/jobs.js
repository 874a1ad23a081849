// The configuration as a form and as text. The text is what counts: the form is drawn from it by the server, and each of
// its changes is one change of the text.
import { ask, post } from "./act.js";
import { say } from "./said.js";

const PAUSE = 250; // ms without a key after which the text is checked
const LINE = 18; // px
let place = null; // the section that is on the page
let now = null; // what is known of it

// What has a dash in its name, or no property, is an attribute; what is false or null is not put in.
const make = (tag, props, ...inside) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (name in node && !name.includes("-")) node[name] = value;
    else if (value !== null && value !== false) node.setAttribute(name, value);
  }
  node.append(...inside.flat().filter((one) => one || one === 0));
  return node;
};
const part = (name) => place.querySelector(name);
const option = (value, words = value) => make("option", { value }, words);
const button = (words, onclick, more) => make("button", { type: "button", className: "small", onclick, ...more }, words);
const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
const told = (error) => say(error.message || "no answer", true);

const gutter = () => {
  const count = now.area.value.split("\n").length;
  const bad = new Set(now.problems.filter((one) => one.here).map((one) => one.line));
  const state = `${count} ${[...bad]}`;
  if (state === now.gutter) return;
  now.gutter = state;
  const lines = [];
  let plain = "";
  for (let at = 1; at <= count; at += 1) {
    if (bad.has(at)) {
      lines.push(plain, make("span", { className: "bad" }, String(at)), "\n");
      plain = "";
    } else plain += `${at}\n`;
  }
  part(".gutter").replaceChildren(...lines, plain);
  part(".gutter").scrollTop = now.area.scrollTop;
};

const goTo = (line) => {
  const before = now.area.value.split("\n").slice(0, line - 1).join("\n");
  const start = before.length + (line > 1 ? 1 : 0);
  const end = now.area.value.indexOf("\n", start);
  now.area.focus();
  now.area.setSelectionRange(start, end < 0 ? now.area.value.length : end);
  now.area.scrollTop = Math.max(0, (line - 4) * LINE);
};

const problems = () => {
  part(".problems").replaceChildren(...now.problems.map((one) => make("li", null,
    one.here ? one.line > 0 && button(`line ${one.line}`, () => goTo(one.line)) : `${one.name}:`, " ",
    make("b", null, one.key), ` ${one.message}`)));
  gutter();
};

// What a field holds, as the text is to have it.
const lines = (text) => text.split("\n").map((one) => one.trim()).filter(Boolean);
const value = (field, node) => {
  if (field.shape === "flag") return node.value === "" ? null : node.value === "true";
  if (field.shape === "list" && field.choices.length) return [...node.querySelectorAll("input:checked")].map((one) => one.value);
  if (field.shape === "list") return lines(node.value);
  if (field.shape === "table") return Object.fromEntries(lines(node.value).map((one) => [one.split("=")[0].trim(), one.slice(one.indexOf("=") + 1).trim()]));
  return node.value === "" ? null : node.value;
};

const box = (field, has, props) => {
  if (field.shape === "flag" || field.shape === "choice") {
    const all = new Set(field.shape === "flag" ? ["true", "false"] : field.choices);
    if (has !== undefined) all.add(String(has));
    const node = make("select", props, option("", field.default && `(${field.default})`), [...all].map((one) => option(one)));
    node.value = has ?? "";
    return node;
  }
  if (field.shape === "list" && field.choices.length) {
    const set = Array.isArray(has) ? has : [];
    const all = [...new Set([...field.choices, ...set])];
    return make("span", { ...props, className: "choices", role: "group", "aria-label": field.key }, all.map((one) => make("label", null, make("input", { type: "checkbox", value: one, checked: set.includes(one), id: `${props.id}-${one}` }), one)));
  }
  if (["list", "table", "lines"].includes(field.shape)) {
    const all = typeof has !== "object" ? [] : Array.isArray(has) ? has : Object.entries(has).map((pair) => pair.join("="));
    const text = typeof has === "object" ? all.join("\n") : String(has ?? "");
    const lost = all.some((one) => /\n|^\s|\s$|=\s/.test(one)); // what lines cannot hold
    return make("textarea", { ...props, defaultValue: text, rows: Math.min(8, text.split("\n").length), disabled: lost, title: lost ? "change it in the text" : "", placeholder: { list: "one a line", table: "NAME=value" }[field.shape] || "" });
  }
  return make("input", { ...props, type: "text", defaultValue: Array.isArray(has) ? has.join(" ") : String(has ?? ""), placeholder: field.default, disabled: typeof has === "object" && !Array.isArray(has) });
};

const row = (field, kind, name, has) => {
  const id = `field-${kind}-${name}-${field.key}`;
  const bad = now.problems.filter((one) => one.at[0] === kind && one.at[1] === name && one.at[2] === field.key);
  const onchange = (event) => edit({ do: "set", kind, name, key: field.key, value: value(field, event.currentTarget) });
  const node = box(field, has, { id, onchange, "aria-describedby": `${id}-said` });
  if (bad.length && node.form !== undefined) node.setAttribute("aria-invalid", "true");
  const label = node.form === undefined ? make("span", { className: "label" }, field.key) : make("label", { htmlFor: id }, field.key);
  const said = make("small", { id: `${id}-said`, className: bad.length ? "bad" : "" }, bad.map((one) => one.message).join("; ") || field.doc.split("`").map((part, at) => (at % 2 ? make("code", null, part) : part)));
  return make("div", { className: has === undefined ? "field" : "field set" }, label, node, said);
};

const chip = (kind, name) => {
  const bad = now.problems.some((one) => one.at[0] === kind && one.at[1] === name);
  const isChosen = now.chosen[0] === kind && now.chosen[1] === name;
  return button(name, () => choose(kind, name), { id: `chip-${kind}-${name}`, className: bad ? "chip bad" : "chip", "data-item": "", "aria-pressed": isChosen });
};

const choose = (kind, name) => {
  now.chosen = [kind, name];
  draw();
};

const adder = (kind) => {
  const word = kind.slice(0, -1);
  const field = make("input", { type: "text", id: `new-${kind}`, placeholder: `new ${word}`, "aria-label": `name of a new ${word}`, required: true, maxLength: 100, autocomplete: "off" });
  const target = kind === "stages" && make("select", { id: "new-target", "aria-label": "its target" }, now.targets.map((one) => option(one)));
  if (target) target.value = "shell";
  const onsubmit = async (event) => {
    event.preventDefault();
    const name = field.value.trim();
    if (!(await edit({ do: "add", kind, name, target: target.value }))) return;
    document.getElementById(field.id).value = ""; // drawn anew, with what was being typed
    choose(kind, name);
  };
  return make("form", { className: "adder", onsubmit }, field, target, make("button", { className: "small" }, "Add"));
};

const draw = () => {
  const form = part(".form");
  const active = document.activeElement;
  const kept = form.contains(active) && { id: active.id, value: active.value, changed: active.matches("textarea, [type=text]") && active.value !== active.defaultValue };
  if (!now.form) {
    form.replaceChildren(make("p", null, "The text is no TOML yet: what is wrong is marked in it."));
    return;
  }
  const names = (kind) => Object.keys(now.form[kind]);
  if (!now.form[now.chosen[0]]?.[now.chosen[1]]) now.chosen = names("jobs").length ? ["jobs", names("jobs")[0]] : ["stages", names("stages")[0]];
  const [kind, name] = now.chosen;
  const parts = ["jobs", "stages"].map((one) => make("div", { className: "chips" }, make("h2", null, one), names(one).map((each) => chip(one, each)), !now.locked && adder(one)));
  if (name !== undefined) parts.push(table(kind, name));
  form.replaceChildren(...parts);
  const again = kept && document.getElementById(kept.id); // who is typing goes on
  if (again) {
    if (kept.changed) again.value = kept.value;
    again.focus({ preventScroll: true });
  }
};

const table = (kind, name) => {
  const has = now.form[kind][name];
  const target = has.target ?? "shell";
  const word = kind.slice(0, -1);
  const fields = now.fields[kind].filter((field) => field.key in has || !field.targets.length || field.targets.includes(target));
  const rows = (first) => fields.filter((field) => (field.first || field.key in has) === first).map((field) => row(field, kind, name, has[field.key]));
  const more = make("details", { className: "more", open: now.more, ontoggle: (event) => { now.more = event.currentTarget.open; } }, make("summary", null, "More"), rows(false));
  const onchange = async (event) => {
    const to = event.currentTarget.value.trim();
    if (to !== name && await edit({ do: "rename", kind, name, to })) choose(kind, to);
  };
  const naming = make("div", { className: "field set" }, make("label", { htmlFor: "field-name" }, "name"), make("input", { type: "text", id: "field-name", defaultValue: name, maxLength: 100, onchange }), make("small", null, `The ${word} is renamed wherever it is named.`));
  return make("fieldset", { disabled: now.locked }, make("legend", { className: "unseen" }, `${word} ${name}`), naming, rows(true), more, !now.locked && button(`Remove this ${word}`, () => edit({ do: "remove", kind, name })));
};

const heard = (found) => {
  now.problems = found.problems;
  now.form = found.form;
  problems();
  draw();
};

const check = async () => {
  const text = now.area.value;
  const mine = now;
  try {
    const found = await post("check", { file: now.file, text });
    if (mine === now && now.area.value === text) heard(found);
  } catch (error) { told(error); }
};

// One after the other: each is a change of what the one before has left.
const edit = (change) => {
  const mine = now;
  const doing = now.queue.then(async () => {
    for (;;) {
      const text = mine.area.value;
      const found = await post("check", { file: mine.file, text, edit: change });
      if (mine.area.value !== text) continue; // typed meanwhile
      const top = mine.area.scrollTop;
      mine.area.value = found.text;
      mine.area.scrollTop = top;
      touched();
      heard(found);
      return true;
    }
  }).catch((error) => { told(error); if (mine === now) draw(); return false; });
  now.queue = doing;
  return doing;
};

const touched = () => {
  part(".review").hidden = true;
};

const typed = () => {
  gutter();
  touched();
  clearTimeout(now.timer);
  now.timer = setTimeout(check, PAUSE);
};

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

const review = async () => {
  if (now.locked) return;
  await now.queue;
  const text = now.area.value;
  const region = part(".review");
  region.hidden = false;
  region.replaceChildren("Looking…");
  try {
    const found = await post("preview", { file: now.file, text });
    if (now.area.value !== text) return;
    const moved = found.seen !== now.seen;
    const bad = found.problems.some((one) => one.here);
    const save = button(moved ? "Save over what is on disk" : "Save", () => write(text, found.seen), { id: "save", className: "", disabled: bad || found.same });
    const why = bad ? "Nothing is saved while something is wrong." : found.same ? "It is the same as on disk." : moved ? "Others have changed it since you began: what is marked − goes away." : "Saved, it runs once you have said yes in a terminal: gofigure allow.";
    const diff = found.diff.length > 0 && make("pre", { className: "diff", tabIndex: 0, role: "region", "aria-label": "The difference" }, changed(found));
    region.replaceChildren(make("div", null, make("h2", null, "What would change"), diff, make("p", { className: "do" }, save, " ", make("span", { className: moved ? "bad" : "soft" }, why)), found.plan && planned(found.plan)));
    region.focus();
    region.scrollIntoView({ block: "start" });
  } catch (error) {
    region.hidden = true;
    told(error);
  }
};

const write = async (text, seen) => {
  document.getElementById("save").disabled = true;
  try {
    const done = await post("save", { file: now.file, text, seen });
    Object.assign(now, { seen: done.seen, saved: text, stale: document.getElementById("disk").dataset.seen });
    touched();
    if (done.waits) part(".text").scrollIntoView({ block: "end" });
    if (done.waits) document.getElementById("may-run").scrollIntoView({ block: "nearest" });
    say(done.waits ? `saved; to let it run: gofigure allow in a terminal${done.code ? ", or its code typed above the text" : ""}` : "saved; it was allowed before, and may run");
  } catch (error) {
    touched();
    told(error);
  }
};

const reload = async (asked) => {
  if (asked && now.area.value !== now.saved && !confirm("Let go of what you have changed here?")) return;
  const answer = await ask(`/api/v1/jobs?file=${encodeURIComponent(now.file)}`);
  const found = await answer.json();
  if (!answer.ok) return say(found.error, true);
  if (!asked && now.area.value !== now.saved) return follow(); // typed meanwhile
  now.area.value = found.text;
  Object.assign(now, { seen: found.seen, saved: found.text });
  touched();
  heard(found);
  follow();
};

// What is on disk may be changed by others at any time.
const follow = () => {
  const seen = document.getElementById("disk").dataset.seen;
  const moved = seen !== now.seen && seen !== now.stale;
  part(".moved").hidden = !moved || now.area.value === now.saved;
  if (moved && now.area.value === now.saved) { now.stale = seen; reload(false).catch(told); }
};

const begin = async () => {
  const area = part("#text");
  now = { area, file: place.dataset.file, seen: place.dataset.seen, saved: area.value, locked: "locked" in place.dataset, problems: [], form: null, chosen: [], queue: Promise.resolve(), more: false, timer: 0, gutter: "" };
  area.addEventListener("input", typed);
  area.addEventListener("scroll", () => { part(".gutter").scrollTop = area.scrollTop; });
  gutter();
  const found = await (await ask(`/api/v1/jobs?file=${encodeURIComponent(now.file)}`)).json();
  Object.assign(now, { fields: found.fields, targets: found.targets });
  if (found.text === area.value || now.locked) heard(found);
  else check();
};

export const attach = () => {
  const found = document.getElementById("editor");
  if (!found) return;
  if (found !== place) {
    place = found;
    begin().catch(told);
  } else follow();
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-draft]");
  if (button) ({ review, reload })[button.dataset.draft](true).catch(told);
});
document.addEventListener("keydown", (event) => {
  if (place && (event.ctrlKey || event.metaKey) && event.key === "s") {
    event.preventDefault();
    review();
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
  field.value = "";
});
window.addEventListener("beforeunload", (event) => {
  if (now && now.area.value !== now.saved) event.preventDefault();
});
