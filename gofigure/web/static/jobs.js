// The configuration as a form and as text. The text is what counts: the form is drawn from it by the server, and each of
// its changes is one change of the text.
import { post } from "./act.js";
import { say } from "./said.js";

const PAUSE = 250; // ms without a key after which the text is checked
const LINE = 18; // px
let place = null; // the section that is on the page
let now = null; // what is known of it

const make = (tag, props = {}, ...inside) => {
  const { data, ...rest } = props;
  const node = Object.assign(document.createElement(tag), rest);
  for (const [name, value] of Object.entries(data || {})) node.dataset[name] = value;
  node.append(...inside.filter((one) => one !== null));
  return node;
};
const part = (name) => place.querySelector(name);
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
  part(".problems").replaceChildren(...now.problems.map((one) => {
    const words = [one.key ? make("b", {}, one.key) : null, ` ${one.message}`];
    if (!one.here) return make("li", {}, `${one.name}: `, ...words.filter(Boolean));
    return make("li", {}, one.line ? make("button", { type: "button", className: "small", onclick: () => goTo(one.line) }, `line ${one.line}`) : null, " ", ...words.filter(Boolean));
  }));
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
    const first = make("option", { value: "" }, field.default ? `(${field.default})` : "");
    const known = field.shape === "flag" ? ["true", "false"] : field.choices;
    const other = has !== undefined && !known.includes(String(has)) ? [String(has)] : [];
    const node = make("select", props, first, ...[...known, ...other].map((one) => make("option", { value: one }, one)));
    node.value = has === undefined ? "" : String(has);
    return node;
  }
  if (field.shape === "list" && field.choices.length) {
    const set = Array.isArray(has) ? has : [];
    const other = set.filter((one) => !field.choices.includes(one));
    return make("span", { ...props, className: "choices" }, ...[...field.choices, ...other].map((one) => make("label", {}, make("input", { type: "checkbox", value: one, checked: set.includes(one), id: `${props.id}-${one}` }), one)));
  }
  if (["list", "table", "lines"].includes(field.shape)) {
    const isMap = has !== null && typeof has === "object" && !Array.isArray(has);
    const text = Array.isArray(has) ? has.join("\n") : isMap ? Object.entries(has).map((pair) => pair.join("=")).join("\n") : has ?? "";
    const lost = (Array.isArray(has) ? has : isMap ? Object.values(has) : []).some((one) => /\n|^\s|\s$/.test(one));
    return make("textarea", { ...props, value: text, rows: Math.min(8, text.split("\n").length), disabled: lost, title: lost ? "change it in the text" : "", placeholder: { list: "one a line", table: "NAME=value", lines: "" }[field.shape] });
  }
  const plain = has === undefined || typeof has !== "object";
  return make("input", { ...props, type: "text", value: has === undefined ? "" : plain ? String(has) : Array.isArray(has) ? has.join(" ") : "", placeholder: field.default, disabled: !plain && !Array.isArray(has) });
};

const row = (field, kind, name, has) => {
  const id = `field-${kind}-${name}-${field.key}`;
  const bad = now.problems.filter((one) => one.at[0] === kind && one.at[1] === name && (one.at[2] || "").split(/[.[]/)[0] === field.key);
  const props = { id, name: field.key, onchange: (event) => edit({ do: "set", kind, name, key: field.key, value: value(field, event.currentTarget) }) };
  const node = box(field, has, props);
  const isGroup = node.nodeName === "SPAN";
  const said = make("small", { id: `${id}-said`, className: bad.length ? "bad" : "doc" }, bad.length ? bad.map((one) => one.message).join("; ") : field.doc);
  if (isGroup) node.setAttribute("role", "group");
  if (isGroup) node.setAttribute("aria-labelledby", `${id}-name`);
  node.setAttribute("aria-describedby", said.id);
  if (bad.length && !isGroup) node.setAttribute("aria-invalid", "true");
  const label = isGroup ? make("span", { id: `${id}-name`, className: "label" }, field.key) : make("label", { htmlFor: id }, field.key);
  return make("div", { className: has === undefined ? "field" : "field set" }, label, node, said);
};

const chip = (kind, name) => {
  const bad = now.problems.some((one) => one.at[0] === kind && one.at[1] === name);
  const node = make("button", { type: "button", id: `chip-${kind}-${name}`, className: bad ? "chip bad" : "chip", data: { item: "" }, onclick: () => { now.chosen = [kind, name]; draw(); } }, name);
  node.setAttribute("aria-pressed", String(now.chosen[0] === kind && now.chosen[1] === name));
  return node;
};

const adder = (kind) => {
  const word = kind.slice(0, -1);
  const name = make("input", { type: "text", id: `new-${kind}`, placeholder: `new ${word}`, required: true, maxLength: 100, autocomplete: "off" });
  name.setAttribute("aria-label", `name of a new ${word}`);
  const target = kind === "stages" ? make("select", { id: "new-target" }, ...now.targets.map((one) => make("option", { value: one, selected: one === "shell" }, one))) : null;
  target?.setAttribute("aria-label", "its target");
  const submit = async (event) => {
    event.preventDefault();
    const wanted = name.value.trim();
    if (await edit({ do: "add", kind, name: wanted, target: target?.value })) {
      now.chosen = [kind, wanted];
      name.value = "";
      draw();
    }
  };
  return make("form", { className: "adder", onsubmit: submit }, name, target, make("button", { className: "small" }, "Add"));
};

const draw = () => {
  const form = part(".form");
  const active = document.activeElement;
  const kept = form.contains(active) && active.id ? { id: active.id, value: active.value, changed: active.value !== active.defaultValue && active.nodeName !== "SELECT" && active.type !== "checkbox" } : null;
  if (!now.form) {
    form.replaceChildren(make("p", { className: "soft" }, "The text is no TOML yet: what is wrong is marked in it."));
    return;
  }
  const names = (kind) => Object.keys(now.form[kind]);
  if (!now.form[now.chosen[0]]?.[now.chosen[1]]) now.chosen = names("jobs").length ? ["jobs", names("jobs")[0]] : ["stages", names("stages")[0]];
  const [kind, name] = now.chosen;
  const parts = ["jobs", "stages"].map((one) => make("div", { className: "chips" }, make("h2", {}, one === "jobs" ? "Jobs" : "Stages"), ...names(one).map((each) => chip(one, each)), now.locked ? null : adder(one)));
  if (name !== undefined) parts.push(table(kind, name));
  form.replaceChildren(...parts);
  const again = kept && document.getElementById(kept.id);
  if (again) {
    if (kept.changed) again.value = kept.value;
    again.focus({ preventScroll: true });
  }
};

const table = (kind, name) => {
  const has = now.form[kind][name];
  const target = has.target ?? "shell";
  const fits = (field) => field.key in has || !field.targets.length || field.targets.includes(target);
  const fields = now.fields[kind].filter(fits);
  const rows = (some) => some.map((field) => row(field, kind, name, has[field.key]));
  const isFirst = (field) => field.first || field.key in has;
  const more = make("details", { className: "more", open: now.more, ontoggle: (event) => { now.more = event.currentTarget.open; } }, make("summary", {}, "More"), ...rows(fields.filter((field) => !isFirst(field))));
  const own = make("input", { type: "text", id: "field-name", value: name, maxLength: 100, onchange: async (event) => {
    const to = event.currentTarget.value.trim();
    if (to !== name && await edit({ do: "rename", kind, name, to })) { now.chosen = [kind, to]; draw(); }
  } });
  const remove = make("button", { type: "button", className: "small", onclick: () => edit({ do: "remove", kind, name }) }, `Remove this ${kind.slice(0, -1)}`);
  const naming = make("div", { className: "field set" }, make("label", { htmlFor: "field-name" }, "name"), own, make("small", { className: "doc" }, kind === "jobs" ? "A job: stages, and what starts them." : "A stage: what to run, on what. It is renamed wherever it is named."));
  return make("fieldset", { disabled: now.locked }, make("legend", { className: "unseen" }, `${kind.slice(0, -1)} ${name}`), naming, ...rows(fields.filter(isFirst)), more, now.locked ? "" : remove);
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
  if (!part(".review").hidden) part(".review").hidden = true;
};

const typed = () => {
  gutter();
  touched();
  clearTimeout(now.timer);
  now.timer = setTimeout(check, PAUSE);
};

const changed = (found) => found.diff.map(([sign, line]) => make("span", { className: { "+": "plus", "-": "minus", "@": "soft" }[sign] || "" }, `${sign === "@" ? "" : sign} ${line}\n`));

const planned = (plan) => {
  const stage = (one) => make("tr", {}, make("th", { scope: "row" }, one.stage, make("small", {}, ` ${one.target}${one.needs.length ? `, after ${one.needs.join(", ")}` : ""}`)), make("td", {}, make("b", {}, one.lacking || `${one.files} file${one.files === 1 ? "" : "s"}`), make("small", { className: "path" }, ` ${one.some.join(", ")}${one.files > one.some.length ? ", …" : ""}`)), make("td", {}, ...one.commands.map((command) => make("code", { className: "pre" }, command)), ...[one.image && `in ${one.image}`, one.builds.length && `builds ${one.builds.join(", ")}`, one.context && `to ${one.context} / ${one.namespace}`, one.outputs.length && `makes ${one.outputs.join(", ")}`].filter(Boolean).map((words) => make("small", {}, words))));
  const jobs = plan.jobs.map((job) => make("li", {}, make("b", {}, job.job), `: ${job.stages.join(" → ")} `, make("small", {}, job.on.length ? `on ${job.on.join(", ")}` : "by hand only")));
  const head = make("tr", {}, ...["Stage", "Reads", "Runs"].map((word) => make("th", { scope: "col" }, word)));
  return [make("h2", {}, "What it would do"), plan.error ? make("p", { className: "bad" }, plan.error) : null, make("ul", { className: "paths" }, ...jobs), make("table", { className: "plain plan" }, make("thead", {}, head), make("tbody", {}, ...plan.stages.map(stage)))];
};

const review = async () => {
  if (now.locked) return;
  await now.queue;
  const text = now.area.value;
  const region = part(".review");
  region.hidden = false;
  region.replaceChildren(make("p", { className: "soft" }, "Looking…"));
  try {
    const found = await post("preview", { file: now.file, text });
    if (now.area.value !== text) return;
    const moved = found.seen !== now.seen;
    const bad = found.problems.some((one) => one.here);
    const words = moved ? "Save over what is on disk" : "Save";
    const save = make("button", { type: "button", id: "save", disabled: bad || found.same, onclick: () => write(text, found.seen) }, words);
    const why = bad ? "Nothing is saved while something is wrong." : found.same ? "It is the same as on disk." : moved ? "Others have changed it since you began: what is marked − goes away." : "Saved, it runs once you have said yes in a terminal: gofigure allow.";
    const diff = found.diff.length ? make("pre", { className: "diff", tabIndex: 0 }, ...changed(found)) : null;
    diff?.setAttribute("aria-label", "The difference");
    diff?.setAttribute("role", "region");
    region.replaceChildren(make("h2", {}, "What would change"), ...[diff].filter(Boolean), make("p", { className: "do" }, save, " ", make("span", { className: moved ? "bad" : "soft" }, why)), ...(found.plan ? planned(found.plan) : []).filter(Boolean));
    region.focus();
    region.scrollIntoView({ block: "nearest" });
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
    say(done.waits ? `saved; to let it run, in a terminal: gofigure allow${done.code ? ", or the code printed there" : ""}` : "saved; it was allowed before, and may run");
  } catch (error) {
    touched();
    told(error);
  }
};

const reload = async (asked) => {
  const answer = await fetch(`/api/v1/jobs?file=${now.file}`);
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
  const found = await (await fetch(`/api/v1/jobs?file=${now.file}`)).json();
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
