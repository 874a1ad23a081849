// The page works without any of this: it is shown by the server, and each part here makes it live.
import { start } from "./live.js";
import { listen as act } from "./act.js";
import { listen as keys } from "./keys.js";
import { attach } from "./log.js";
import { filter, listen as search } from "./filter.js";

const tick = () => {
  if (document.hidden) return;
  const now = Date.now();
  for (const one of document.querySelectorAll("[data-since]")) put(one, lasting((now - one.dataset.since / 1e6) / 1000));
  for (const one of document.querySelectorAll("time[data-ns]")) put(one, ago((now - one.dataset.ns / 1e6) / 1000));
};

const put = (node, words) => {
  if (node.textContent !== words) node.textContent = words;
};

const ago = (seconds) => {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 10) return "just now";
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) if (s >= size) return `${Math.floor(s / size)} ${unit} ago`;
  return `${s - s % 10} s ago`; // twenty rows that change each second are work for a whole page
};

const lasting = (seconds) => {
  const s = Math.max(0, seconds);
  const step = s < 10 ? 1 : 5; // each change has all of the list painted
  const shown = Math.floor(s / step) * step;
  return s < 100 ? `${shown} s` : `${Math.floor(s / 60)} min ${String(shown % 60).padStart(2, "0")} s`;
};

const showTab = (name) => {
  const tab = document.getElementById(`tab-${name}`);
  if (!tab) return;
  for (const one of document.querySelectorAll("[data-tab]")) {
    one.setAttribute("aria-selected", String(one === tab));
    one.tabIndex = one === tab ? 0 : -1;
  }
  for (const one of document.querySelectorAll("[data-panel]")) one.hidden = one.dataset.panel !== name;
};

let shown = "";

// The stage whose log is shown is seen in the list and in the drawing too, as soon as it is another one.
const showStage = () => {
  const all = [...document.querySelectorAll(".stages [aria-current], .drawing [aria-current]")];
  const name = all.map((one) => one.dataset.key).join();
  if (name === shown) return;
  shown = name;
  for (const one of all) {
    const box = one.closest(".stages, .drawing");
    const [inner, outer] = [one.getBoundingClientRect(), box.getBoundingClientRect()];
    if (inner.top < outer.top || inner.bottom > outer.bottom) box.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2;
    if (inner.left < outer.left || inner.right > outer.right) box.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
  }
};

// What news have put in is set up; what was there stays as it is.
const settle = () => {
  showStage();
  showTab(location.hash.slice(1) || document.querySelector("[data-tab]")?.dataset.tab);
  attach();
  if (document.getElementById("editor")) import("./jobs.js").then((jobs) => jobs.attach());
  tick();
};

document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tab]");
  if (tab) {
    history.replaceState(null, "", `#${tab.dataset.tab}`);
    showTab(tab.dataset.tab);
    attach();
  }
});
// An address holds only what is asked for; of two fields that exclude each other the newer counts.
document.addEventListener("formdata", (event) => {
  for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
});
document.addEventListener("input", ({ target }) => {
  const other = target.dataset.or && target.form.elements[target.dataset.or];
  if (!other || target.value === other.name) return;
  other.value = target.value && [...(other.options || [])].some((one) => one.value === target.name) ? target.name : "";
});
document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.("[data-tab]");
  const next = tab && { ArrowRight: tab.nextElementSibling, ArrowLeft: tab.previousElementSibling }[event.key];
  if (next) {
    next.click();
    next.focus();
  }
});

act();
keys();
search();
settle();
filter();
start(settle);
setInterval(tick, 1000);
