// Who listens on the page's port after it has ended is not the page, and nothing of what they say is put into a tab. The
// tab shares a secret with the page that it was loaded from, and with the next ones of the same working tree.
const bytes = (hex) => Uint8Array.from(hex.match(/../g) || [], (two) => parseInt(two, 16));
const text = (words) => new TextEncoder().encode(words);
const { tabs } = document.documentElement.dataset;
const key = crypto.subtle.importKey("raw", text(tabs), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);

// An answer that is the page's own; null: somebody else's.
export const own = async (address, options) => {
  const word = crypto.randomUUID();
  const answer = await fetch(address, { ...options, headers: { ...options.headers, "X-Gofigure-Tab": word } });
  const proof = bytes(answer.headers.get("X-Gofigure-Proof") || "");
  return (await crypto.subtle.verify("HMAC", await key, proof, text(word))) ? answer : null;
};
