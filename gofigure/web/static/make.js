// Nodes of the page, made of words: never of markup.
import { say } from "./said.js";

// What has a dash in its name, or no property, is an attribute; what is false or null is not put in.
export const make = (tag, props, ...inside) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (name in node && !name.includes("-")) node[name] = value;
    else if (value !== null && value !== false) node.setAttribute(name, value);
  }
  node.append(...inside.flat().filter((one) => one || one === 0));
  return node;
};
export const button = (words, onclick, more) => make("button", { type: "button", className: "small", onclick, ...more }, words);
export const told = (error) => say(error.message || "no answer", true);
