// A tab shows a state, which has a name; news say the name of the newest. Whoever shows another one asks for its page
// again, so nothing can be missed.
import { glow, light } from "./light.js";
import { morph } from "./morph.js";
import { listen } from "./news.js";
import { answered, happened, hurry as soon, turn } from "./pace.js";
import { own } from "./proof.js";
import { GONE, STRANGER, UNSHOWN, say } from "./said.js";

const root = document.documentElement;
const LONGEST = 30000; // ms that an answer may take: a connection can be lost without a word
const AGAIN = 1000; // ms
let settle = () => {};
let newest = null; // the last news: { stamp, state: all jobs in one word, mark }
let drawn = ""; // that word when the page was asked for
let asking = false;

const link = (words) => {
  const place = document.getElementById("link");
  if (place && place.textContent !== words) place.textContent = words;
};

const heard = (news) => {
  if (news.link !== undefined) return link(news.link);
  link("");
  newest = news;
  if (document.hidden && root.dataset.light === "all") return glow(news);
  happened();
  refresh();
};

// "epoch.count": another server's, or a smaller count of this one.
const isOld = () => {
  const [epoch, count] = (root.dataset.stamp || "").split(".");
  const [now, latest] = (newest?.stamp || "").split(".");
  return Boolean(now) && (epoch !== now || Number(count) < Number(latest));
};

// Nobody waits for anything here, and all jobs in one word are what they were: all that can be seen of a hidden tab.
const isIdle = () => (document.hidden || document.querySelector("[data-still]")) && newest?.state === drawn;

// One question at a time: news that come meanwhile are looked at when it is answered.
const refresh = async () => {
  if (asking || !isOld()) return;
  asking = true;
  await turn(isIdle);
  drawn = newest.state;
  const isDone = await show().catch(() => { setTimeout(refresh, AGAIN); });
  asking = false;
  if (isDone) refresh(); // what has been drawn a moment ago is handed out once more
};

// What comes of what a person has just done is shown at once.
export const hurry = () => {
  soon();
  refresh();
};

const place = () => location.href.replace(/#.*/, "");

const address = () => {
  const asked = new URL(place());
  const list = document.querySelector("[data-from]");
  // Who reads further down keeps those lines.
  if (list && (scrollY || list.contains(document.activeElement))) asked.searchParams.set("from", list.dataset.from);
  return asked;
};

// Whether the page of this address was shown; not, where nothing more comes of it. Throws where it is worth another try.
const show = async () => {
  const began = Date.now();
  const here = place();
  const answer = await own(address(), { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(LONGEST) });
  if (!answer) return link(STRANGER);
  const now = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (here !== place()) return false; // left meanwhile: who leads elsewhere shows that
  if (!now.getElementById("top")) {
    link(UNSHOWN);
    throw new Error(UNSHOWN);
  }
  const unsaved = document.querySelector("[data-unsaved]");
  if (unsaved && !now.getElementById(unsaved.id)) return link(`${now.querySelector("h1")?.textContent}: what you have changed here stays`);
  root.dataset.stamp = now.documentElement.dataset.stamp;
  light(now.title, now.querySelector("link[rel=icon]").getAttribute("href"));
  morph(document.getElementById("top"), now.getElementById("top"));
  morph(document.getElementById("main"), now.getElementById("main"));
  settle();
  link("");
  answered(Date.now() - began);
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

export const start = (then) => {
  settle = then;
  document.addEventListener("visibilitychange", () => document.hidden || hurry());
  window.addEventListener("popstate", () => show().catch(() => say(GONE, true)));
  listen(heard);
};
