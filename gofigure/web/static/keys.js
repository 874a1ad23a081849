// Keys: each does what a button that can be seen does.
import { open } from "./act.js";

const items = () => [...document.querySelectorAll("[data-item]")];
const current = () => document.activeElement?.closest?.("[data-item]");

const step = (by) => {
  const all = items();
  if (!all.length) return;
  const at = all.indexOf(current());
  const next = all[Math.min(all.length - 1, Math.max(0, at < 0 ? (by > 0 ? 0 : all.length - 1) : at + by))];
  for (const one of all) one.tabIndex = one === next ? 0 : -1;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
};

const press = (key) => (current()?.querySelector(`[data-press="${key}"]`) || document.querySelector(`.headline [data-press="${key}"], .facts [data-press="${key}"]`))?.click();

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  r: () => press("r"),
  c: () => press("c"),
  p: () => press("p"),
  g: () => location.assign("/"),
  "?": () => document.getElementById("keys").showModal(),
  "/": () => document.querySelector("[data-log-search], [data-search]")?.focus(),
  n: () => document.querySelector("[data-log-next]")?.dispatchEvent(new CustomEvent("step", { detail: 1 })),
  N: () => document.querySelector("[data-log-next]")?.dispatchEvent(new CustomEvent("step", { detail: -1 })),
  w: () => document.querySelector("[data-log-wrap]")?.click(),
};

export const listen = () => {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.matches("input, select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "Enter") {
      if (event.target.matches("[data-item]") && event.target.dataset.href) open(event.target);
      return;
    }
    if (KEYS[event.key]) {
      event.preventDefault();
      KEYS[event.key]();
    }
  });
};
