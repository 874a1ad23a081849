// The text of a draft: its line numbers, what is wrong in it, and changes that Ctrl-Z takes back.
import { button, make } from "./make.js";

const LINE = 18; // px
const MOST_LINES = 100; // that are typed at once: Chromium takes some ms for each, and more with each
const MOST_STEPS = 20;

export const gutter = (draft) => {
  const node = draft.part(".gutter");
  const count = draft.area.value.split("\n").length;
  const bad = new Set(draft.problems.filter((one) => one.here).map((one) => one.line));
  const state = `${count} ${[...bad]}`;
  if (state === draft.gutter) return;
  draft.gutter = state;
  const lines = [];
  let plain = "";
  for (let at = 1; at <= count; at += 1) {
    if (bad.has(at)) {
      lines.push(plain, make("span", { className: "bad" }, String(at)), "\n");
      plain = "";
    } else plain += `${at}\n`;
  }
  node.replaceChildren(...lines, plain);
  node.scrollTop = draft.area.scrollTop;
};

const goTo = (area, line) => {
  const before = area.value.split("\n").slice(0, line - 1).join("\n");
  const start = before.length + (line > 1 ? 1 : 0);
  const end = area.value.indexOf("\n", start);
  area.focus();
  area.setSelectionRange(start, end < 0 ? area.value.length : end);
  area.scrollTop = Math.max(0, (line - 4) * LINE);
};

export const problems = (draft) => {
  draft.part(".problems").replaceChildren(...draft.problems.map((one) => make("li", null,
    one.here ? one.line > 0 && button(`line ${one.line}`, () => goTo(draft.area, one.line)) : `${one.name}:`, " ",
    make("b", null, one.key), ` ${one.message}`)));
  gutter(draft);
};

const longer = (text, most) => text.split("\n").length > most;

// The lines that differ: where they begin and end in the old text, and what comes there.
const span = (old, text) => {
  const most = Math.min(old.length, text.length);
  let start = 0;
  while (start < most && old[start] === text[start]) start += 1;
  start = start && old.lastIndexOf("\n", start - 1) + 1;
  let tail = 0;
  while (tail < most - start && old[old.length - 1 - tail] === text[text.length - 1 - tail]) tail += 1;
  const cut = old.indexOf("\n", old.length - tail);
  const end = cut < 0 ? old.length : cut;
  return [start, end, text.slice(start, text.length - (old.length - end))];
};

// The same as steps that can be typed, the last one first: of a long span some lines (a name here and there); none if
// they would be too many.
const steps = (old, text) => {
  const whole = span(old, text);
  if (!longer(whole[2], MOST_LINES)) return [whole];
  const [before, after] = [old.split("\n"), text.split("\n")];
  const some = before.length === after.length ? [...before.keys()].filter((at) => before[at] !== after[at]) : [];
  if (some.length > MOST_STEPS) return [];
  return some.reverse().map((at) => {
    const start = before.slice(0, at).join("\n").length + (at > 0 ? 1 : 0);
    return [start, start + before[at].length, after[at]];
  });
};

// Typed for whoever sits there: `.value =` would leave the browser's steps back, which then are about another text.
const type = (area, [start, end, words]) => {
  const { selectionStart: caret } = area;
  area.focus({ preventScroll: true });
  area.setSelectionRange(start, end);
  document.execCommand(words ? "insertText" : "delete", false, words);
  const to = caret < end ? Math.min(caret, start) : caret + words.length - (end - start);
  area.setSelectionRange(to, to);
};

// Another field in its place: there is no step back behind that, and so none that is about another text.
const renew = (draft, text) => {
  const { area } = draft;
  draft.area = area.cloneNode();
  draft.area.value = text;
  area.replaceWith(draft.area);
  draft.area.setSelectionRange(area.selectionStart, area.selectionStart);
};

// Only a text field with the focus can be typed into: nobody is to hear of that, neither of a field left half-way.
const unheard = (work) => {
  const stop = (event) => event.stopImmediatePropagation();
  for (const name of ["change", "input"]) addEventListener(name, stop, true);
  work();
  for (const name of ["change", "input"]) removeEventListener(name, stop, true);
};

// The text made another one, in steps that can be taken back; who is typing goes on where they are.
export const put = (draft, text) => {
  const { area } = draft;
  if (area.value === text) return;
  const { scrollTop, scrollLeft } = area;
  const active = document.activeElement;
  unheard(() => {
    for (const step of steps(area.value, text)) type(area, step);
    if (area.value !== text) renew(draft, text); // too long, not to be typed into, or a browser that knows no such command
    area.blur();
    (active === area ? draft.area : active)?.focus({ preventScroll: true });
  });
  Object.assign(draft.area, { scrollTop, scrollLeft });
};
