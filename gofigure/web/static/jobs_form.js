// The form of a draft, drawn from what the server has read in the text. Each change of a field is one change of the text.
import { button, make } from "./make.js";

const LINE = 18; // px
const option = (value, words = value) => make("option", { value }, words);

// What a field holds, as the text is to have it.
const lines = (text) => text.split("\n").map((one) => one.trim()).filter(Boolean);
const value = (field, node) => {
  if (field.shape === "flag") return node.value === "" ? null : node.value === "true";
  if (field.shape === "list" && field.choices.length) return [...node.querySelectorAll("input:checked")].map((one) => one.value);
  if (field.shape === "list") return lines(node.value);
  if (field.shape === "table") return Object.fromEntries(lines(node.value).map((one) => [one.split("=")[0].trim(), one.slice(one.indexOf("=") + 1).trim()]));
  return node.value === "" ? null : node.value;
};

// Why what is typed stands for no value: then the text stays as it is, and the field as it was typed.
const faultOf = (field, node) => {
  if (field.shape !== "table") return "";
  const all = lines(node.value);
  const odd = all.find((one) => one.indexOf("=") < 1);
  if (odd) return `not in the text: ${odd} is no NAME=value`;
  const names = all.map((one) => one.split("=")[0].trim());
  const twice = names.find((one, at) => names.indexOf(one) < at);
  return twice === undefined ? "" : `not in the text: ${twice} is there twice`;
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

const row = (draft, field, kind, name, has) => {
  const id = `field-${kind}-${name}-${field.key}`;
  const bad = draft.problems.filter((one) => one.at[0] === kind && one.at[1] === name && one.at[2] === field.key);
  const fault = draft.faults.get(id);
  const onchange = ({ currentTarget }) => {
    const words = faultOf(field, currentTarget);
    draft.faults.delete(id);
    if (!words) return draft.edit({ do: "set", kind, name, key: field.key, value: value(field, currentTarget) });
    draft.faults.set(id, { text: currentTarget.value, words });
    return setTimeout(draw, 0, draft); // the focus is on its way to the next field
  };
  const node = box(field, has, { id, onchange, "aria-describedby": `${id}-said` });
  if (fault) node.value = fault.text;
  const wrong = fault ? fault.words : bad.map((one) => one.message).join("; ");
  if (wrong && node.form !== undefined) node.setAttribute("aria-invalid", "true");
  const label = node.form === undefined ? make("span", { className: "label" }, field.key) : make("label", { htmlFor: id }, field.key);
  const said = make("small", { id: `${id}-said`, className: wrong ? "bad" : "" }, wrong || field.doc.split("`").map((part, at) => (at % 2 ? make("code", null, part) : part)));
  return make("div", { className: has === undefined ? "field" : "field set" }, label, node, said);
};

const chip = (draft, kind, name) => {
  const isFaulty = [...draft.faults.keys()].some((id) => id.startsWith(`field-${kind}-${name}-`));
  const bad = isFaulty || draft.problems.some((one) => one.at[0] === kind && one.at[1] === name);
  const isChosen = draft.chosen[0] === kind && draft.chosen[1] === name;
  return button(name, () => choose(draft, kind, name), { id: `chip-${kind}-${name}`, className: bad ? "chip bad" : "chip", "data-item": "", "aria-pressed": isChosen });
};

const choose = (draft, kind, name) => {
  draft.chosen = [kind, name];
  draw(draft);
  const list = draft.part("[aria-pressed=true]").parentElement; // of a thousand names some are to be seen
  const at = list.querySelector("[aria-pressed=true]").offsetTop - list.offsetTop;
  if (at < list.scrollTop || at > list.scrollTop + list.clientHeight - LINE) list.scrollTop = at;
};

const adder = (draft, kind) => {
  const word = kind.slice(0, -1);
  const field = make("input", { type: "text", id: `new-${kind}`, placeholder: `new ${word}`, "aria-label": `name of a new ${word}`, required: true, maxLength: 100, autocomplete: "off" });
  const target = kind === "stages" && make("select", { id: "new-target", "aria-label": "its target" }, draft.targets.map((one) => option(one)));
  if (target) target.value = "shell";
  const onsubmit = async (event) => {
    event.preventDefault();
    const name = field.value.trim();
    if (!(await draft.edit({ do: "add", kind, name, target: target.value }))) return;
    document.getElementById(field.id).value = ""; // drawn anew, with what was being typed
    choose(draft, kind, name);
  };
  return make("form", { className: "adder", onsubmit }, field, target, make("button", { className: "small" }, "Add"));
};

const table = (draft, kind, name) => {
  const has = draft.form[kind][name];
  const target = has.target ?? "shell";
  const word = kind.slice(0, -1);
  const fields = draft.fields[kind].filter((field) => field.key in has || !field.targets.length || field.targets.includes(target));
  const rows = (first) => fields.filter((field) => (field.first || field.key in has) === first).map((field) => row(draft, field, kind, name, has[field.key]));
  const more = make("details", { className: "more", open: draft.more, ontoggle: (event) => { draft.more = event.currentTarget.open; } }, make("summary", { id: "more" }, "More"), rows(false));
  const onchange = async (event) => {
    const to = event.currentTarget.value.trim();
    if (to !== name && await draft.edit({ do: "rename", kind, name, to })) choose(draft, kind, to);
  };
  const naming = make("div", { className: "field set" }, make("label", { htmlFor: "field-name" }, "name"), make("input", { type: "text", id: "field-name", defaultValue: name, maxLength: 100, onchange }), make("small", null, `The ${word} is renamed wherever this file names it; other files stay as they are.`));
  return make("fieldset", { disabled: draft.locked }, make("legend", { className: "unseen" }, `${word} ${name}`), naming, rows(true), more, !draft.locked && button(`Remove this ${word}`, () => draft.edit({ do: "remove", kind, name }), { id: "remove" }));
};

const noForm = ({ problems }) => (problems.some((one) => one.here && one.line) ? "The text is no TOML yet: what is wrong is marked in it." : "There is no form of what cannot be read.");

const drawn = (draft) => {
  if (!draft.form) return [make("p", null, noForm(draft))];
  const names = (kind) => Object.keys(draft.form[kind]);
  if (!draft.form[draft.chosen[0]]?.[draft.chosen[1]]) draft.chosen = names("jobs").length ? ["jobs", names("jobs")[0]] : ["stages", names("stages")[0]];
  const [kind, name] = draft.chosen;
  const parts = ["jobs", "stages"].map((one) => make("div", { className: "chips" }, make("h2", null, one), make("div", { className: "names" }, names(one).map((each) => chip(draft, one, each))), !draft.locked && adder(draft, one)));
  return name === undefined ? parts : [...parts, table(draft, kind, name)];
};

// Who is typing into a field that is drawn anew goes on; what has been typed there is a change once the field is left.
export const draw = (draft) => {
  const form = draft.part(".form");
  const active = form.contains(document.activeElement) ? document.activeElement : null;
  const kept = active && { id: active.id, value: active.value, isTyped: active.matches("textarea, [type=text]") && active.value !== active.defaultValue };
  if (active) active.onblur = null;
  const tops = [...form.querySelectorAll(".names")].map((list) => list.scrollTop);
  form.replaceChildren(...drawn(draft));
  form.querySelectorAll(".names").forEach((list, at) => { list.scrollTop = tops[at]; });
  const again = kept && document.getElementById(kept.id);
  if (!again) return;
  again.focus({ preventScroll: true });
  if (!kept.isTyped) return;
  again.value = kept.value;
  again.onblur = () => again.dispatchEvent(new Event("change"));
};
