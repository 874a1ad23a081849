// Make what is shown the same as what the server says now, and touch nothing else: focus, selection and scroll stay.
const keyOf = (node) => (node.nodeType === 1 ? node.dataset?.key || node.id || "" : "");
const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);

const attributes = (old, now) => {
  for (const { name } of [...old.attributes]) if (!now.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of now.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
};

// What is moved loses the focus: rather take away what stands before it, as far as that is not wanted behind it.
const skip = (at, found, coming) => {
  while (at && at !== found && !(keyOf(at) && coming.has(keyOf(at)))) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
  return at;
};

export const morph = (old, now) => {
  if (old.nodeType !== 1) {
    if (old.nodeValue !== now.nodeValue) old.nodeValue = now.nodeValue;
    return;
  }
  if (old.isEqualNode(now)) return;
  // Of what keeps itself, only what it is told by the server changes.
  if (old.hasAttribute("data-keep")) {
    for (const name of ["data-ended", "data-log", "data-file", "data-failed"]) {
      if (now.hasAttribute(name)) old.setAttribute(name, now.getAttribute(name));
      else old.removeAttribute(name);
    }
    return;
  }
  attributes(old, now);
  if (old.nodeName === "INPUT") return;
  if (old.nodeName === "SELECT") {
    const chosen = old.chosen && old.value;
    old.replaceChildren(...now.childNodes);
    if (chosen) old.value = chosen;
    return;
  }
  const known = new Map([...old.children].filter(keyOf).map((child) => [keyOf(child), child]));
  const coming = new Set([...now.children].map(keyOf));
  let at = old.firstChild;
  for (const wanted of [...now.childNodes]) {
    const found = keyOf(wanted) ? known.get(keyOf(wanted)) : at;
    if (found && found !== at && alike(found, wanted)) at = skip(at, found, coming);
    if (found && alike(found, wanted) && (found === at || keyOf(wanted))) {
      if (found !== at) old.insertBefore(found, at);
      else at = at.nextSibling;
      morph(found, wanted);
    } else {
      old.insertBefore(wanted, at);
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
};
