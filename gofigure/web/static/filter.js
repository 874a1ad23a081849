// Words in a search box hide what does not hold them all.
export const filter = () => {
  const box = document.querySelector("[data-search]");
  const found = document.querySelector("[data-search-found]");
  if (!box || !found) return;
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  const all = [...document.querySelectorAll("[data-find]")];
  let count = 0;
  for (const one of all) {
    const text = words.length ? one.textContent.toLowerCase() : "";
    one.hidden = !words.every((word) => text.includes(word));
    count += !one.hidden;
  }
  for (const one of document.querySelectorAll("section:has([data-find])")) one.hidden = !one.querySelector("[data-find]:not([hidden])");
  found.textContent = words.length ? (count ? `${count} of ${all.length}` : "nothing holds these words") : "";
};

export const listen = () => {
  document.addEventListener("input", (event) => { if (event.target.matches("[data-search]")) filter(); });
  // What a link leads to is shown, whatever was searched for.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    if (!link || !document.getElementById(decodeURIComponent(link.hash.slice(1)))?.closest("[hidden]")) return;
    document.querySelector("[data-search]").value = "";
    filter();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.matches("[data-search]")) { event.target.value = ""; filter(); }
  });
};
