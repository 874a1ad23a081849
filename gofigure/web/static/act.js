// What buttons ask the server for, and links that stay on the page.
import { go, hurry } from "./live.js";
import { GONE, say } from "./said.js";

export const ask = async (address, options) => {
  try {
    return await fetch(address, options);
  } catch {
    throw new Error(GONE); // a browser's own words for it help nobody
  }
};

export const post = async (name, body) => {
  const headers = { "Content-Type": "application/json", "X-Gofigure": "1" };
  const answer = await ask(`/api/v1/do/${name}`, { method: "POST", headers, body: JSON.stringify(body) });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.hint ? `${said.error} (${said.hint})` : said.error);
  return said;
};

const DONE = { run: "started", cancel: "asked to stop", pause: "asked", look: "asked", rollback: "started", reset: "started" };

const busy = new WeakSet(); // a button that is disabled would lose the focus

// News may make another button of it meanwhile: what it was is asked first.
const act = async (button) => {
  if (busy.has(button)) return;
  busy.add(button);
  const name = button.dataset.do;
  const label = button.textContent.trim();
  try {
    const body = JSON.parse(button.dataset.body);
    const typed = button.dataset.typed && document.getElementById(button.dataset.typed);
    if (typed) body.typed = typed.value;
    await post(name, body);
    hurry();
    if (typed) typed.value = "";
    const done = "off" in body ? (body.off ? "off" : "on") : DONE[name];
    if (done) say(`${label}: ${done}`);
  } catch (error) {
    say(error.message || "no answer", true);
  }
  busy.delete(button);
};

export const copy = async (text, what) => {
  try {
    await navigator.clipboard.writeText(text);
    say(`copied ${what}`);
  } catch {
    say("the browser does not let this be copied", true);
  }
};

export const listen = () => {
  document.addEventListener("click", (event) => {
    const target = event.target;
    const button = target.closest("[data-do]");
    if (button) return void act(button);
    const copied = target.closest("[data-copy]");
    if (copied) return void copy(document.getElementById(copied.dataset.copy).textContent, "the command");
    const link = target.closest("[data-stay]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      return void go(link.getAttribute("href") + location.hash);
    }
    if (target.closest("#help")) return void document.getElementById("keys").showModal();
    // A whole row leads to its run, as far as nothing in it leads elsewhere.
    const row = target.closest("[data-item]");
    if (row?.dataset.href && !target.closest("a, button, input") && !String(getSelection())) open(row);
  });
};

export const open = (row) => {
  if (row.dataset.href.startsWith("?")) return void go(row.dataset.href + location.hash);
  location.assign(row.dataset.href);
};
