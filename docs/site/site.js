// The search, and the list of pages on a small screen. All else works without.
"use strict";
const up = document.currentScript.dataset.up;
const search = document.querySelector(".search");
const box = search.querySelector("input");
const list = document.getElementById("found");
const pages = document.getElementById("list");
const button = document.querySelector(".list-button");

document.documentElement.classList.add("with-script");
search.hidden = button.hidden = false;

button.addEventListener("click", () => {
  button.setAttribute("aria-expanded", String(pages.classList.toggle("open")));
});

function withIndex(then) {
  if (window.docsIndex) return then();
  const script = document.createElement("script"); // not fetch: a page from a file may not
  script.src = up + "index.js";
  script.addEventListener("load", then);
  document.head.append(script);
}

function worth([, page, title, words], asked) {
  const name = `${page} ${title}`.toLowerCase();
  const text = words.toLowerCase();
  let sum = 0;
  for (const word of asked) {
    const inName = name.includes(word);
    if (!inName && !text.includes(word)) return 0;
    sum += title.toLowerCase() === word ? 12 : inName ? 6 : 1;
  }
  return sum;
}

function around(words, word) {
  const at = words.toLowerCase().indexOf(word);
  const from = Math.max(0, at - 40);
  return (from ? "… " : "") + words.slice(from, from + 140);
}

function entry([address, page, title, words], word) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  const about = document.createElement("small");
  link.href = up + address;
  link.textContent = page === title ? page : `${page} · ${title}`;
  about.textContent = around(words, word);
  link.append(about);
  item.append(link);
  return item;
}

function find() {
  const asked = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  list.hidden = !asked.length;
  if (!asked.length) return list.replaceChildren();
  const found = window.docsIndex
    .map((one) => [worth(one, asked), one])
    .filter(([sum]) => sum)
    .sort((a, b) => b[0] - a[0])
    .slice(0, 12);
  list.replaceChildren(...found.map(([, one]) => entry(one, asked[0])));
  if (!found.length) {
    const nothing = document.createElement("li");
    nothing.textContent = "Nothing has all these words.";
    list.append(nothing);
  }
}

box.addEventListener("input", () => withIndex(find));
search.addEventListener("keydown", (event) => {
  const links = [box, ...list.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  if (event.key === "Escape") {
    box.value = "";
    find();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    links[at + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
    event.preventDefault();
  } else if (event.key === "Enter" && at === 0 && links.length > 1) {
    links[1].click();
  }
});
list.addEventListener("click", () => { list.hidden = true; });
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) {
    box.focus();
    event.preventDefault();
  }
});
