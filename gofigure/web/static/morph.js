// What is shown is made the same as what the server says now; what is the same already is not touched, so focus,
// selection and scroll stay. One rule says what is not the server's, and it stands in the server's own markup:
//
//   data-keep             what is in the node, and its attributes, belong to a script or to who uses the page. Only its
//                         data-* are still the server's: with them it speaks to the script.
//   data-keep="a b"       its attributes a and b belong to them; all the rest is the server's.
//
// Whatever else a script changes lasts until the next news. A node with another data-key or id is another node. (What is
// typed into a field is neither in it nor an attribute: it stays.)
const keyOf = (node) => (node.nodeType === 1 ? node.dataset?.key || node.id || "" : "");
const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);

const attributes = (old, now) => {
  const keep = now.getAttribute("data-keep");
  const theirs = keep?.split(" ") || [];
  const isOurs = (name) => (keep === "" ? name.startsWith("data-") : !theirs.includes(name));
  for (const { name } of [...old.attributes]) if (isOurs(name) && !now.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of now.attributes) if (isOurs(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
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
  attributes(old, now);
  if (now.getAttribute("data-keep") === "") return;
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
