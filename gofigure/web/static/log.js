// A log of any size: only the lines that can be seen are asked for and drawn. What is printed becomes text nodes.
import { copy } from "./act.js";
import { go } from "./live.js";

const HEIGHT = 18; // px of a line, as in page.css
const TALLEST = 8e6; // px: browsers end somewhere above that
const MORE = 60; // lines beyond what can be seen
const PAGE = 400; // lines asked for at once

let view = null;

// What the server says of a log: another of these is another view.
const told = ({ dataset }) => [dataset.log, dataset.file, dataset.line, dataset.find].join(" ");

export const attach = () => {
  const place = document.querySelector("[data-log]");
  if (view && view.place === place && view.told === told(place)) return view.draw();
  const before = view;
  view?.close();
  view = place && new View(place, before);
};

class View {
  constructor(place, before) {
    this.place = place;
    this.told = told(place);
    this.name = place.dataset.log;
    this.closed = new AbortController();
    this.tools = place.parentElement;
    this.inner = document.createElement("div");
    this.rows = document.createElement("div");
    this.inner.className = "inner";
    this.rows.className = "rows";
    this.inner.append(this.rows);
    place.replaceChildren(this.inner);
    this.wrap = place.classList.contains("wrap");
    this.file = place.dataset.file;
    this.line = Number(place.dataset.line || 0); // a link leads to it
    this.asked = place.dataset.find || "";
    this.follow = !place.dataset.ended && !this.line;
    this.tool = (name) => this.tools.querySelector(`[data-log-${name}]`);
    const isSame = before?.name === this.name && before.asked === this.asked; // what is typed goes on with another attempt
    if (!isSame) this.tool("search").value = this.asked;
    if (this.tool("file")) this.tool("file").value = this.file;
    this.timer = 0;
    this.reset();
    this.listen();
    this.load();
  }

  reset() {
    this.lines = new Map();
    this.total = 0;
    this.size = -1;
    this.ended = false;
    this.forget();
    this.pending = new Set();
    this.turn = (this.turn || 0) + 1;
  }

  // Nothing is looked for.
  forget() {
    this.found = null;
    this.at = -1;
    this.drawn = "";
    this.searches = (this.searches || 0) + 1;
    this.tell("");
  }

  tell(words) {
    this.tool("found").textContent = words;
    this.tool("next").textContent = this.tool("search").value ? "Next find" : "Next error";
  }

  listen() {
    const on = (target, name, what) => target?.addEventListener(name, what, { signal: this.closed.signal });
    const { tool } = this;
    on(this.place, "scroll", () => {
      const end = this.place.scrollTop + this.place.clientHeight >= this.place.scrollHeight - HEIGHT * 2;
      if (!end) this.setFollow(false);
      else if (!this.ended) this.setFollow(true);
      this.draw();
    });
    on(window, "resize", () => this.draw());
    on(tool("wrap"), "click", () => {
      this.wrap = !this.wrap;
      tool("wrap").setAttribute("aria-pressed", String(this.wrap));
      this.place.classList.toggle("wrap", this.wrap);
      this.drawn = "";
      this.draw();
    });
    on(tool("end"), "click", () => { this.setFollow(true); this.toEnd(); });
    on(tool("copy"), "click", () => {
      const chosen = String(getSelection());
      copy(chosen || [...this.rows.children].map((row) => row.lastChild.textContent).join("\n"), chosen ? "the selection" : "what is shown");
    });
    on(this.tools, "change", ({ target }) => {
      if (!target.matches("[data-log-file]")) return;
      const address = new URL(location);
      address.searchParams.set("stage", this.place.dataset.stage);
      address.searchParams.set("file", target.value);
      address.searchParams.delete("line");
      go(address.href);
    });
    const typed = () => {
      clearTimeout(this.timer);
      if (tool("search").value) this.timer = setTimeout(() => this.search(), 150);
      else { this.forget(); this.draw(); }
    };
    on(tool("search"), "input", typed);
    on(tool("search"), "keydown", (event) => {
      if (event.key === "Enter") { event.preventDefault(); this.step(event.shiftKey ? -1 : 1); }
      if (event.key === "Escape") { event.target.value = ""; typed(); }
    });
    on(tool("next"), "click", () => this.step(1));
    on(tool("next"), "step", (event) => this.step(event.detail));
    this.setFollow(this.follow);
  }

  close() { this.closed.abort(); clearTimeout(this.timer); this.turn += 1; }

  get base() { return `${this.name}${this.file}`; }

  async ask(address) {
    const answer = await fetch(address, { signal: this.closed.signal });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  // The first lines, or the last; then whatever is added, as long as anything can be.
  async load() {
    const turn = this.turn;
    try {
      this.take(await this.ask(`${this.base}?first=0&count=${PAGE}`));
      if (this.follow) this.toEnd();
      this.draw();
      if (this.line) {
        this.show(Math.min(this.line, this.total) - 1);
        if (this.asked && this.asked === this.tool("search").value) this.search(this.at);
      }
      else if (this.ended && this.place.dataset.failed) await this.step(1); // what one comes here for
      while (!this.ended && turn === this.turn) {
        if (document.hidden) { await new Promise((done) => document.addEventListener("visibilitychange", done, { once: true })); continue; }
        const first = Math.max(0, this.total - 1);
        const got = await this.ask(`${this.base}?first=${first}&count=2000&seen=${this.size}`);
        if (turn !== this.turn) return;
        this.take(got);
        this.drawn = "";
        if (this.follow) this.toEnd();
        this.draw();
      }
    } catch (error) {
      if (error.name === "AbortError" || turn !== this.turn) return;
      setTimeout(() => { if (turn === this.turn) { this.reset(); this.load(); } }, 1000); // its server may come back
    }
  }

  take(got) {
    this.total = got.total;
    this.size = got.size;
    this.ended = got.ended;
    got.lines.forEach((spans, at) => this.lines.set(got.first + at, spans));
    if (this.lines.size > 40000) for (const key of [...this.lines.keys()].slice(0, 20000)) this.lines.delete(key);
    const end = this.tool("end");
    if (end) end.hidden = this.ended;
  }

  setFollow(yes) {
    this.follow = yes;
    this.tool?.("end")?.setAttribute("aria-pressed", String(yes));
  }

  get scale() { return Math.max(1, (this.total * HEIGHT) / TALLEST); }

  toEnd() {
    this.fit();
    this.place.scrollTop = this.place.scrollHeight;
  }

  fit() {
    const room = this.wrap ? this.place.clientHeight / 2 : 0; // so that the last wrapped lines can be reached
    const height = `${Math.round((this.total * HEIGHT) / this.scale + room + 8)}px`;
    if (this.inner.style.height !== height) this.inner.style.height = height;
  }

  draw() {
    this.fit();
    const top = this.place.scrollTop;
    const seen = Math.ceil(this.place.clientHeight / HEIGHT) + 1;
    const line = Math.min(Math.max(0, this.total - 1), Math.floor((top * this.scale) / HEIGHT));
    const before = this.wrap || this.scale > 1 ? 0 : MORE;
    const first = Math.max(0, line - before);
    const last = Math.min(this.total, line + seen + MORE);
    const key = `${first} ${last} ${this.total} ${this.at} ${this.wrap}`;
    const missing = this.missing(first, last);
    if (missing !== null) return void this.fetch(missing);
    if (key === this.drawn) return;
    this.drawn = key;
    const y = this.wrap || this.scale > 1 ? top - (this.wrap ? 0 : ((top * this.scale) % HEIGHT)) : first * HEIGHT;
    this.rows.style.transform = `translateY(${Math.max(0, y)}px)`;
    const rows = [];
    for (let at = first; at < last; at += 1) rows.push(this.row(at));
    this.rows.replaceChildren(...rows);
  }

  missing(first, last) {
    for (let at = first; at < last; at += 1) if (!this.lines.has(at)) return at;
    return null;
  }

  async fetch(from) {
    const first = Math.max(0, from - 50);
    if (this.pending.has(first)) return;
    this.pending.add(first);
    const turn = this.turn;
    try {
      const got = await this.ask(`${this.base}?first=${first}&count=${PAGE}`);
      if (turn !== this.turn) return;
      this.pending.delete(first);
      got.lines.forEach((spans, at) => this.lines.set(got.first + at, spans));
      if (got.lines.length <= from - first) this.total = Math.min(this.total, got.first + got.lines.length);
      this.draw();
    } catch {
      this.pending.delete(first);
    }
  }

  row(at) {
    const row = document.createElement("div");
    row.className = at === this.at ? "line found" : "line";
    const number = document.createElement("span");
    number.className = "at";
    number.textContent = String(at + 1);
    const text = document.createElement("span");
    text.className = "text";
    for (const [words, style] of this.lines.get(at) || []) {
      if (!style) { text.append(words); continue; }
      const span = document.createElement("span");
      span.className = style;
      span.textContent = words;
      text.append(span);
    }
    row.append(number, text);
    return row;
  }

  // What is found, from 0; `at`: the line that is marked already, where no other is to be.
  async search(at = -1) {
    const words = this.tool("search").value;
    const of = words ? `q=${encodeURIComponent(words)}` : "errors=1";
    this.searches += 1;
    const mine = this.searches;
    this.tell("searching…");
    try {
      const found = await this.ask(`${this.base}/search?${of}`);
      if (mine !== this.searches) return;
      this.found = { ...found, of, size: this.size };
    } catch {
      if (mine === this.searches && !this.closed.signal.aborted) this.tell("it could not be searched");
      return;
    }
    this.at = at;
    const count = this.found.lines.length;
    if (count) this.tell(`${count}${this.found.more ? "+" : ""} lines${words ? "" : " complain"}`);
    else this.tell(words ? "nothing found" : "no line complains");
    if (words && count && at < 0) this.step(1);
  }

  async step(by) {
    const words = this.tool("search").value;
    const of = words ? `q=${encodeURIComponent(words)}` : "errors=1";
    if (!this.found || this.found.of !== of || this.found.size !== this.size) {
      const at = this.at;
      await this.search();
      if (words) return;
      this.at = at;
    }
    const all = this.found?.lines || [];
    if (!all.length) return;
    const next = by > 0 ? all.find((at) => at > this.at) ?? all[0] : all.findLast((at) => at < this.at) ?? all.at(-1);
    this.tell(`${all.indexOf(next) + 1} of ${all.length}${this.found.more ? "+" : ""}`);
    this.show(next);
  }

  show(next) {
    this.at = next;
    this.setFollow(false);
    this.place.scrollTop = Math.max(0, ((next - 4) * HEIGHT) / this.scale);
    this.drawn = "";
    this.draw();
  }
}
