// A log of any size: only the lines that can be seen are asked for and drawn. What is printed becomes text nodes.
import { copy } from "./act.js";
import { HEIGHT, Lines, across } from "./lines.js";
import { go } from "./live.js";

const MORE = 60 * HEIGHT; // px above and below what can be seen
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
    this.lie = new Lines();
    this.moored = [0, 0];
    this.top = 0; // where it is scrolled to
    this.forget();
    this.reset();
    this.listen();
    this.load();
  }

  reset() {
    this.lines = new Map();
    this.size = -1;
    this.drawn = "";
    this.ended = false;
    this.pending = new Set();
    this.turn = (this.turn || 0) + 1;
  }

  get total() { return this.lie.total; }

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
    this.tool("next").textContent = this.words ? "Next find" : "Next error";
  }

  listen() {
    const on = (target, name, what) => target?.addEventListener(name, what, { signal: this.closed.signal });
    const { tool } = this;
    on(this.place, "scroll", () => this.scrolled());
    on(this.place, "scrollend", () => this.draw());
    on(this.place, "keydown", (event) => { // a browser goes to where the end was when the key was pressed
      if (event.key !== "Home" && event.key !== "End") return;
      event.preventDefault();
      this.setFollow(event.key === "End" && !this.ended);
      this.hold(event.key === "End" ? this.total : 0);
    });
    on(window, "resize", () => this.draw());
    on(tool("wrap"), "click", () => {
      this.wrap = !this.wrap;
      tool("wrap").setAttribute("aria-pressed", String(this.wrap));
      const long = this.rows.textContent.length / this.rows.childElementCount || 1;
      this.lie.forget(this.wrap ? HEIGHT * Math.ceil((long * HEIGHT) / 2 / this.place.clientWidth) : HEIGHT);
      this.place.classList.toggle("wrap", this.wrap);
      this.drawn = "";
      this.draw();
    });
    on(tool("end"), "click", () => { this.setFollow(true); this.hold(this.total); });
    on(tool("copy"), "click", () => {
      const chosen = String(getSelection());
      if (chosen) return void copy(chosen, "the selection");
      const shown = this.shown().map((row) => [...row.children].map((part) => part.textContent));
      copy(shown.map(([, text]) => text).join("\n"), shown.length ? `lines ${shown[0][0]} to ${shown.at(-1)[0]}` : "nothing");
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
      if (this.words) this.timer = setTimeout(() => this.search(), 150);
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

  get words() { return this.tool("search").value; }

  get of() { return this.words ? `q=${encodeURIComponent(this.words)}` : "errors=1"; }

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
      if (this.follow) this.hold(this.total);
      else this.draw();
      if (!this.arrived) await this.arrive();
      while (!this.ended && turn === this.turn) {
        if (document.hidden) { await new Promise((done) => document.addEventListener("visibilitychange", done, { once: true })); continue; }
        const first = Math.max(0, this.total - 1);
        const got = await this.ask(`${this.base}?first=${first}&count=2000&seen=${this.size}`);
        if (turn !== this.turn) return;
        this.take(got);
        this.drawn = "";
        if (this.follow) this.hold(this.total);
        else this.draw();
      }
    } catch (error) {
      if (error.name === "AbortError" || turn !== this.turn) return;
      setTimeout(() => { if (turn === this.turn) { this.reset(); this.load(); } }, 1000); // its server may come back
    }
  }

  // What one comes here for, once: with the next server one stays where one is.
  async arrive() {
    this.arrived = true;
    if (this.line) {
      this.show(Math.min(this.line, this.total) - 1);
      if (this.asked && this.asked === this.words) this.search(this.at);
    }
    else if (this.ended && this.place.dataset.failed) await this.step(1);
  }

  take(got) {
    this.lie.total = got.total;
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

  // There, off px further, it stays, whatever comes to be known of the lines before it.
  hold(line, off = 0) {
    this.moored = [line, off];
    this.draw();
  }

  spot(top) {
    const line = this.lie.at(top);
    return [line, top - this.lie.top(line)];
  }

  // Steps are steps, however high the log is; a leap is in proportion.
  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.place;
    if (scrollTop === this.top) return; // nobody has: it was put there
    const left = scrollHeight - clientHeight - scrollTop;
    this.setFollow(left <= HEIGHT * 2 && !this.ended);
    const [all, most] = this.lie.range(clientHeight);
    const isLeap = scrollTop <= 0 || Math.abs(scrollTop - this.top) > clientHeight;
    this.moored = left < 1 ? [this.total, 0] : this.spot(isLeap ? across(scrollTop, most, all) : scrollTop + this.shift);
    this.top = scrollTop;
    this.draw(scrollTop > clientHeight && left > clientHeight);
  }

  // While somebody scrolls, with a way to go, what is seen and where it is scrolled to may differ.
  draw(differ = false) {
    if (!this.place.clientHeight) return; // another panel is open
    for (let round = 0; round < 9; round += 1) if (!this.put(differ)) return;
  }

  // Whether it is to be done again: some lines are not as high as was thought.
  put(differ) {
    const { place, lie, moored: [line, off] } = this;
    const { clientHeight, clientWidth } = place;
    if (this.wrap && this.width !== clientWidth) { lie.forget(lie.each); this.drawn = ""; }
    this.width = clientWidth;
    const [all, most, height] = lie.range(clientHeight);
    this.inner.style.height = `${height}px`;
    const top = Math.max(0, Math.min(all, lie.top(line) + off));
    const to = across(top, all, most);
    if (!differ && Math.abs(to - place.scrollTop) >= 1) place.scrollTop = to;
    this.top = place.scrollTop;
    this.shift = top - this.top;
    const first = lie.at(top - MORE);
    const last = Math.min(this.total, lie.at(top + clientHeight + MORE) + 1);
    const missing = this.missing(first, last);
    if (missing !== null) return void this.fetch(missing);
    const key = `${first} ${last} ${this.total} ${this.at} ${this.wrap}`;
    const isNew = key !== this.drawn;
    this.drawn = key;
    if (isNew) this.rows.replaceChildren(...Array.from({ length: last - first }, (_, nth) => this.row(first + nth)));
    this.rows.style.transform = `translateY(${lie.top(first) - this.shift}px)`;
    if (isNew && this.wrap && lie.measure(first, this.rows.children)) return true;
    this.moored = this.spot(top);
    return false;
  }

  // The rows that can be seen, not only a hair of them.
  shown() {
    const { top } = this.place.getBoundingClientRect();
    const isSeen = (at) => at.bottom > top + 1 && at.top < top + this.place.clientHeight - 1;
    return [...this.rows.children].filter((row) => isSeen(row.getBoundingClientRect()));
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
      if (got.lines.length <= from - first) this.lie.total = Math.min(this.total, got.first + got.lines.length);
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
    const { words, of } = this;
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
    if (count) this.tell(`${count}${this.found.more ? "+" : ""} ${count === 1 ? `line${words ? "" : " complains"}` : `lines${words ? "" : " complain"}`}`);
    else this.tell(words ? "nothing found" : "no line complains");
    if (words && count && at < 0) this.step(1);
  }

  async step(by) {
    const { words, of } = this;
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
    this.drawn = "";
    this.hold(next, -4 * HEIGHT);
  }
}
