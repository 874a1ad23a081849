// One tab of a browser listens for all of them: a browser has six connections for a host, and ten tabs would want ten.
// What is heard is the name of a state. Whoever shows another one asks for its page again, so nothing can be missed.
import { morph } from "./morph.js";
import { GONE, STRANGER, say } from "./said.js";

const root = document.documentElement;
const channel = new BroadcastChannel("gofigure");
const LEAST = 200; // ms between two questions for the page
const MOST = 2000;
const SHARE = 20; // times what the last one took: who looks on must not slow what they look at
const HIDDEN = 10000; // where only its title and its icon can be seen, and all jobs in one word are what they were
let settle = () => {};
let wanted = "";
let asking = false;
let last = 0;
let took = 0;
let overall = ""; // all jobs in one word, as was heard last
let drawn = ""; // and when the page was asked for
let wake = () => {};

const link = (words) => {
  const place = document.getElementById("link");
  if (place && place.textContent !== words) place.textContent = words;
};

const heard = (news) => {
  if (news.link !== undefined) return link(news.link);
  link("");
  wanted = news.stamp;
  overall = news.state;
  wake();
  refresh();
};

// "epoch.count": another server's, or a smaller count of this one.
const isOld = (shown) => {
  const [epoch, count] = (shown || "").split(".");
  const [now, newest] = wanted.split(".");
  return Boolean(wanted) && (epoch !== now || Number(count) < Number(newest));
};

export const refresh = async () => {
  if (asking || !isOld(root.dataset.stamp)) return;
  asking = true;
  await rest();
  last = Date.now();
  drawn = overall;
  const shown = await show().catch(() => { setTimeout(refresh, 1000); });
  asking = false;
  if (shown) refresh(); // what has been drawn a moment ago is handed out once more
};

const still = () => document.hidden || document.querySelector("[data-still]"); // where nobody waits for anything

const rest = async () => {
  for (;;) {
    const seen = Math.max(LEAST, Math.min(SHARE * took, MOST));
    const pause = last + (still() && overall === drawn ? HIDDEN : seen) - Date.now();
    if (pause <= 0) return;
    await new Promise((done) => { wake = done; setTimeout(done, pause); });
  }
};

// What comes of what a person has just done is shown at once.
export const hurry = () => {
  last = 0;
  wake();
  refresh();
};

const place = () => location.href.replace(/#.*/, "");

const show = async () => {
  const began = Date.now();
  const here = place();
  const address = new URL(here);
  const list = document.querySelector("[data-from]");
  // Who reads further down keeps those lines.
  if (list && (scrollY || list.contains(document.activeElement))) address.searchParams.set("from", list.dataset.from);
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (answer.status === 401) {
    link(STRANGER);
    return false;
  }
  const now = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (here !== place()) return false; // left meanwhile: who leads elsewhere shows that
  if (!now.getElementById("top")) return false;
  root.dataset.stamp = now.documentElement.dataset.stamp;
  root.dataset.state = now.documentElement.dataset.state;
  if (document.title !== now.title) document.title = now.title;
  const icon = document.querySelector("link[rel=icon]");
  const newer = now.querySelector("link[rel=icon]").getAttribute("href");
  if (icon.getAttribute("href") !== newer) icon.setAttribute("href", newer);
  morph(document.getElementById("top"), now.getElementById("top"));
  morph(document.getElementById("main"), now.getElementById("main"));
  settle();
  took = Date.now() - began;
  return true;
};

// Go to another part of the same page without losing what is on the screen.
export const go = async (address) => {
  history.pushState(null, "", address);
  try {
    await show();
  } catch {
    location.assign(address);
  }
};

const hear = () => {
  const source = new EventSource("/events");
  source.addEventListener("news", (event) => {
    const news = JSON.parse(event.data);
    channel.postMessage(news);
    heard(news);
  });
  source.addEventListener("error", () => {
    // A browser gives up for good after a refusal: a server is there, started again.
    const isRefused = source.readyState === EventSource.CLOSED;
    const words = { link: isRefused ? STRANGER : GONE };
    channel.postMessage(words);
    heard(words);
    if (isRefused) setTimeout(hear, 1500);
  });
};

export const start = (then) => {
  settle = then;
  channel.addEventListener("message", (event) => heard(event.data));
  document.addEventListener("visibilitychange", hurry);
  window.addEventListener("popstate", () => show().catch(() => say(GONE, true)));
  // The lock goes to the next tab when this one is closed.
  navigator.locks.request("gofigure-live", () => { hear(); return new Promise(() => {}); });
};
